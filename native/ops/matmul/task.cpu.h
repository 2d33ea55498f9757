// A task of a product: some panels of A by some panels of B, in blocks of k. What it reads is in place, or was packed
// for all, or it packs that itself just before the first use.

template <class T>
constexpr int64_t group_columns = 8 * panel_columns<T>;  // of B packed at a time
template <class T>
constexpr int64_t line_values = 64 / sizeof(T);

template <class T>
struct Plan {
  const Gemm<T>* g;
  Panels panels;
  bool keep_a, keep_b;  // each task packs what it reads
  T* b_packed;          // all of k, columns first_column.., or null
  int64_t padded_columns;
  int64_t k_block;
  int64_t first_k, last_k;  // of the tasks now
  uint64_t own_rows;        // not 0: threads keep their packed rows of A from task to task, under this number
  uint64_t own_columns;     // not 0: and these columns of B, all of k
  int64_t first_column, last_column;
  int narrow;            // columns behind all others, multiplied by themselves
  int64_t narrow_tasks;  // the first tasks, of narrow_height rows of them each; if none, tasks of rows have theirs
  int64_t panels_per_task, columns_per_task, row_tasks, columns_tasks, panels_per_pack;
  bool by_columns;  // tasks that follow each other have the same columns, not the same rows
  T* chain;         // where chains rest between blocks of k
  int64_t chain_row;
  const Gemm<T>* finish;
  bool transposed;
};

// Which rows of A this thread has packed.
struct OwnRows {
  uint64_t number;
  int64_t row_task, first_k;
  bool operator==(const OwnRows&) const = default;
};
thread_local OwnRows own_rows{};
thread_local uint64_t own_columns = 0;  // and whose columns of B

// Columns first..last - 1, every block of k.
template <class T>
void pack_columns(const Plan<T>& plan, int64_t first, int64_t last, T* packed) {
  const Gemm<T>& g = *plan.g;
  for (int64_t start = 0; start < g.k; start += plan.k_block) {
    const int64_t k = g.k - start < plan.k_block ? g.k - start : plan.k_block;
    pack_b(g.b + start * g.b_row + first * g.b_col, g.b_row, g.b_col, last - first, k,
           packed + start * plan.padded_columns + (first - plan.first_column) * k);
  }
}

// Some panels of B.
template <class T>
void pack_b_task(void* context, int64_t index) {
  const Plan<T>& plan = *static_cast<Plan<T>*>(context);
  const int64_t columns = plan.panels_per_pack * panel_columns<T>, first = plan.first_column + index * columns;
  pack_columns(plan, first, first + columns < plan.last_column ? first + columns : plan.last_column, plan.b_packed);
}

// This thread's copy of the plan's columns of B.
template <class T>
const T* columns_of_this_thread(const Plan<T>& plan) {
  T* packed = static_cast<T*>(gemm_scratch(Scratch::panel, plan.padded_columns * plan.g->k * sizeof(T)));
  if (own_columns != plan.own_columns) pack_columns(plan, plan.first_column, plan.last_column, packed);
  return packed;
}

// What a task multiplies at a time: its panels of A by a group of columns, over a block of k.
template <class T>
struct Block {
  const Plan<T>& plan;
  int64_t first_panel, last_panel, first_row;
  int64_t start = 0;    // of k
  T* a_kept = nullptr;  // these panels packed
  bool pack_a = false;  // each by the first tile that needs it
  int64_t first_column = 0, last_column = 0;
  const T* b = nullptr;
  bool b_packed = false;
};

template <class T>
void take_panel(TileCall<T>& call, const Block<T>& block, int64_t panel) {
  const Gemm<T>& g = *block.plan.g;
  call.row = block.plan.panels.start(panel);
  call.rows = static_cast<int>(block.plan.panels.start(panel + 1) - call.row);
  call.a = g.a + call.row * g.a_row + block.start * g.a_col;
  call.a_row = g.a_row;
  call.a_col = g.a_col;
  if (!block.a_kept) return;
  T* kept = block.a_kept + (call.row - block.first_row) * call.k;
  if (block.pack_a && call.column == block.first_column && g.a_row != 1)
    pack_a_panel(call.a, g.a_row, g.a_col, call.rows, call.k, kept);
  call.a = kept;
  call.a_row = 1;
  call.a_col = call.rows;
}

template <class T>
void take_strip(TileCall<T>& call, const Block<T>& block, int64_t column) {
  constexpr int lanes = Vec<T>::lanes;
  constexpr int64_t width = panel_columns<T>;
  const int64_t columns = block.last_column - column < width ? block.last_column - column : width;
  call.vectors = columns > lanes ? vectors_wide : 1;
  call.columns = static_cast<int>(columns - (call.vectors - 1) * lanes);
  call.column = column;
  call.b = block.b + (column - block.first_column) * (block.b_packed ? call.k : 1);
  call.b_row = block.b_packed ? width : block.plan.g->b_row;
}

// Fetches the chains of a tile that is `step` numbers behind this one, while this one is multiplied.
template <class T>
void multiply_tile(TileCall<T>& call, const Block<T>& block, bool last, int64_t step) {
  call.chain = block.plan.chain + call.row * block.plan.chain_row + call.column;
  const T* next_chain = call.chain + step;
  call.next_chain = last ? nullptr : next_chain;
  if (!last && !call.packed) {
    for (int64_t i = 0; i < tile_rows; ++i) {
      __builtin_prefetch(next_chain + i * call.chain_row, 1, 3);
      __builtin_prefetch(next_chain + i * call.chain_row + panel_columns<T> / 2, 1, 3);
    }
  }
  tiles<T>.at[call.vectors - 1][call.rows][call.columns != Vec<T>::lanes][block.a_kept != nullptr](call);
}

// Packed columns are all read for one panel of A, which stays in L1: it is the smaller one, and the others come in long
// runs (one thread: 512^3 147 GFLOP/s instead of 139, 1024^3 140 instead of 132).
template <class T>
void multiply_packed(TileCall<T>& call, const Block<T>& block) {
  constexpr int64_t width = panel_columns<T>;
  const Gemm<T>& g = *block.plan.g;
  const bool fetch_a = block.pack_a && g.a_col == 1;
  for (int64_t panel = block.first_panel; panel < block.last_panel; ++panel) {
    call.column = block.first_column;
    take_panel(call, block, panel);
    // Two rows of the next panel during each tile; more strips than 7 fetch all of it before it is packed.
    const T* next_a = g.a + (call.row + call.rows) * g.a_row + block.start;
    int64_t next_rows =
        fetch_a && panel + 1 < block.last_panel ? block.plan.panels.start(panel + 2) - call.row - call.rows : 0;
    for (int64_t column = block.first_column; column < block.last_column; column += width) {
      take_strip(call, block, column);
      call.next_a = {next_a, next_rows > 1 ? g.a_row : 0, next_rows > 0 ? ceil_div(call.k, line_values<T>) : 0};
      next_a += 2 * g.a_row;
      next_rows -= 2;
      multiply_tile(call, block, column + width >= block.last_column, width);
    }
  }
}

// Columns in place are far apart: here the strip of B stays, and the panels of A pass.
template <class T>
void multiply_in_place(TileCall<T>& call, const Block<T>& block) {
  call.next_a = {};
  for (int64_t column = block.first_column; column < block.last_column; column += panel_columns<T>) {
    take_strip(call, block, column);
    for (int64_t panel = block.first_panel; panel < block.last_panel; ++panel) {
      take_panel(call, block, panel);
      multiply_tile(call, block, panel + 1 == block.last_panel, call.rows * call.chain_row);
    }
  }
}

template <class T>
void multiply_task(void* context, int64_t index) {
  const Plan<T>& plan = *static_cast<Plan<T>*>(context);
  const Gemm<T>& g = *plan.g;
  TileCall<T> call{};
  call.chain_row = plan.chain_row;
  call.transposed = plan.transposed;
  if (index < plan.narrow_tasks) {
    call.k = g.k;
    call.finish = plan.finish;
    call.chain = plan.chain;
    const int64_t first = index * narrow_height<T>, last = first + narrow_height<T>;
    multiply_narrow(call, g, plan.narrow, 0, first, last < g.m ? last : g.m);
    return;
  }
  index -= plan.narrow_tasks;
  const int64_t row_task = plan.by_columns ? index % plan.row_tasks : index / plan.columns_tasks;
  const int64_t columns_task = plan.by_columns ? index / plan.row_tasks : index % plan.columns_tasks;
  const int64_t first_panel = row_task * plan.panels_per_task;
  const int64_t last_panel =
      first_panel + plan.panels_per_task < plan.panels.count ? first_panel + plan.panels_per_task : plan.panels.count;
  const int64_t first_column = plan.first_column + columns_task * plan.columns_per_task;
  const int64_t last_column =
      first_column + plan.columns_per_task < plan.last_column ? first_column + plan.columns_per_task : plan.last_column;
  Block<T> block{plan, first_panel, last_panel, plan.panels.start(first_panel)};
  const int64_t rows = plan.panels.start(last_panel) - block.first_row;
  T* b_kept = nullptr;
  const OwnRows wanted{plan.own_rows, row_task, plan.first_k};
  const bool pack_a = plan.keep_a && !(plan.own_rows && own_rows == wanted);
  own_rows = wanted;
  const T* b_packed = plan.own_columns ? columns_of_this_thread(plan) : plan.b_packed;
  own_columns = plan.own_columns;
  if (plan.keep_a)
    block.a_kept = static_cast<T*>(gemm_scratch(Scratch::a, (rows * plan.k_block + Vec<T>::lanes) * sizeof(T)));
  if (plan.keep_b) b_kept = static_cast<T*>(gemm_scratch(Scratch::panel, group_columns<T> * plan.k_block * sizeof(T)));
  int64_t start = plan.first_k;
  do {
    const int64_t k = g.k - start < plan.k_block ? g.k - start : plan.k_block;
    if (pack_a && g.a_row == 1) {
      const T* a = g.a + block.first_row + start * g.a_col;
      pack_a_panels(a, g.a_col, plan.panels, first_panel, last_panel, k, block.a_kept);
    }
    block.start = start;
    call.k = k;
    call.resume = start > 0;
    call.finish = start + k == g.k ? plan.finish : nullptr;
    for (int64_t group = first_column; group < last_column; group += group_columns<T>) {
      const int64_t group_end = group + group_columns<T> < last_column ? group + group_columns<T> : last_column;
      const T* b = g.b + start * g.b_row + group * g.b_col;
      if (b_packed) {
        b = b_packed + start * plan.padded_columns + (group - plan.first_column) * k;
      } else if (plan.keep_b) {
        pack_b(b, g.b_row, g.b_col, group_end - group, k, b_kept);
        b = b_kept;
      }
      block.pack_a = pack_a && group == first_column;
      block.first_column = group;
      block.last_column = group_end;
      block.b = b;
      block.b_packed = b_packed || plan.keep_b;
      call.packed = plan.keep_a && block.b_packed;
      if (block.b_packed)
        multiply_packed(call, block);
      else
        multiply_in_place(call, block);
    }
    if (plan.narrow > 0 && !plan.narrow_tasks && last_column + plan.narrow == g.n) {
      call.chain = plan.chain;
      multiply_narrow(call, g, plan.narrow, start, block.first_row, block.first_row + rows);
    }
    start += k;
  } while (start < plan.last_k);
}
