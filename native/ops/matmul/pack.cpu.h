// Panels are stored k-major: an A panel of `rows` rows has element (i,p) at p*rows + i, a B panel of panel_columns
// columns element (p,j) at p*panel_columns + j. Packing is a copy, or a transpose in registers, by layout.

template <class T>
constexpr int64_t panel_columns = vectors_wide* Vec<T>::lanes;

// Whole vectors are stored: the last one may reach into what lies behind the panel, up to Vec<T>::lanes numbers of it.
template <class T>
void pack_a_panel(const T* a, int64_t a_row, int64_t a_col, int rows, int64_t k, T* panel) {
  constexpr int lanes = Vec<T>::lanes;
  if (a_col == 1) {
    const auto block = [&](int64_t p, int columns) __attribute__((always_inline)) {
      for (int i = (rows - 1) / lanes * lanes; i >= 0; i -= lanes) {
        const int count = rows - i < lanes ? rows - i : lanes;
        transpose_block(a + p + i * a_row, a_row, count, columns, panel + p * rows + i, rows);
      }
    };
    int64_t p = 0;
    for (; p + lanes <= k; p += lanes) block(p, lanes);
    if (p < k) block(p, static_cast<int>(k - p));
  } else {
    for (int64_t p = 0; p < k; ++p)
      for (int i = 0; i < rows; ++i) panel[p * rows + i] = a[i * a_row + p * a_col];
  }
}

// Panels first..last - 1 of an A with a_row = 1, one after the other: 16 steps of k of each panel, then the next 16. So
// both the rows read and the panels written are runs that the caches and the TLB know to handle (784x1024x300, panels
// of 14: 3.4 ns for each 14 numbers, 9 with one step at a time; two threads make the product 1.1 times as fast).
template <class T>
void pack_a_panels(const T* a, int64_t a_col, const Panels& panels, int64_t first, int64_t last, int64_t k, T* out) {
  constexpr int lanes = Vec<T>::lanes;
  constexpr int64_t steps = 16;
  const int64_t first_row = panels.start(first);
  for (int64_t start = 0; start < k; start += steps) {
    const int64_t end = start + steps < k ? start + steps : k;
    for (int64_t panel = first; panel < last; ++panel) {
      const int64_t row = panels.start(panel) - first_row, rows = panels.start(panel + 1) - first_row - row;
      // From the last vector of a step to the first: a whole one may reach into what is stored after it, steps and
      // vectors alike, but not into the next panel.
      for (int64_t i = (rows - 1) / lanes * lanes; i >= 0; i -= lanes) {
        const int count = rows - i < lanes ? static_cast<int>(rows - i) : lanes;
        const T* from = a + start * a_col + row + i;
        T* to = out + row * k + i;
        int64_t p = start;
        for (; p < end && p * rows + i + lanes <= k * rows; ++p, from += a_col) {
          store(to + p * rows, load_n<T>(from, count));
        }
        for (; p < end; ++p, from += a_col) store_n(to + p * rows, load_n<T>(from, count), count);
      }
    }
  }
}

// Panels of B one after the other, in whole vectors: zeros stand for the columns that the last one lacks. Rows are read
// across all panels: long runs, and one visit to each page.
template <class T>
void pack_b(const T* b, int64_t b_row, int64_t b_col, int64_t columns, int64_t k, T* panels) {
  constexpr int lanes = Vec<T>::lanes;
  constexpr int64_t width = panel_columns<T>;
  const int64_t whole = columns / width * width;
  if (b_col == 1) {
    for (int64_t p = 0; p < k; ++p) {
      const T* row = b + p * b_row;
      T* out = panels + p * width;
      for (int64_t j = 0; j < whole; j += width, out += width * k) {
        for (int v = 0; v < vectors_wide; ++v) store(out + v * lanes, load<T>(row + j + v * lanes));
      }
      for (int64_t j = whole; j < columns; j += lanes, out += lanes) {
        store(out, load_n<T>(row + j, columns - j < lanes ? static_cast<int>(columns - j) : lanes));
      }
    }
    return;
  }
  for (int64_t j = 0; j < columns; j += lanes) {
    const int here = columns - j < lanes ? static_cast<int>(columns - j) : lanes;
    const T* source = b + j * b_col;
    T* out = panels + j / width * width * k + j % width;
    if (b_row == 1) {
      for (int64_t p = 0; here < lanes && p < k; ++p) store(out + p * width, Vec<T>(T(0)));
      for (int64_t p = 0; p < k; p += lanes) {
        const int count = k - p < lanes ? static_cast<int>(k - p) : lanes;
        transpose_block(source + p, b_col, here, count, out + p * width, width);
      }
    } else {
      for (int64_t p = 0; p < k; ++p) {
        for (int i = 0; i < here; ++i) out[p * width + i] = source[p * b_row + i * b_col];
        for (int i = here; i < lanes; ++i) out[p * width + i] = T(0);
      }
    }
  }
}
