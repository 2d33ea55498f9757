// Chooses what to pack and how to cut C into tasks, and runs them. Each block of k is two rounds of the pool: pack, then
// multiply rectangles of C; products that need no packing are one round over all of k.

struct Plan {
  bool pack_a, pack_b;
  int64_t k_block;
  int64_t panels_per_task, columns_per_task;  // of C
};

constexpr int64_t k_block_packed = 384;
constexpr int64_t rows_per_task = 34 * tile_rows;
constexpr double parallel_work = 4e6;  // multiply-adds below which the pool is not woken

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

template <class T>
Plan make_plan(const Gemm<T>& g, const Panels& panels, int threads) {
  constexpr int64_t width = panel_columns<T>;
  Plan plan;
  plan.pack_b = g.b_col != 1 || (panels.count > 8 && g.k > 64);
  plan.pack_a = (g.a_row != 1 || g.m * g.k > 65536) && panels.count > 2 && g.n > 4 * width && g.k > 16;
  const int64_t splits = plan.pack_a || plan.pack_b ? ceil_div(g.k, k_block_packed) : 1;
  plan.k_block = splits > 1 ? ceil_div(g.k, splits) : g.k;
  plan.panels_per_task = panels.count < rows_per_task / tile_rows ? panels.count : rows_per_task / tile_rows;
  plan.columns_per_task = ceil_div(g.n, width) * width;
  if (threads > 1) {
    while (ceil_div(panels.count, plan.panels_per_task) * ceil_div(g.n, plan.columns_per_task) < 4 * threads) {
      const bool tall = plan.panels_per_task * tile_rows > plan.columns_per_task;
      if (!tall && plan.columns_per_task > width) {
        plan.columns_per_task = ceil_div(plan.columns_per_task / width, 2) * width;
      } else if (plan.panels_per_task > 1) {
        plan.panels_per_task = ceil_div(plan.panels_per_task, 2);
      } else {
        break;
      }
    }
  }
  return plan;
}

template <class T>
struct Round {
  const Gemm<T>* g;
  Plan plan;
  const Panels* panels;
  Block<T> block;
  int64_t k_start;
  T *a_pack, *b_pack;
  int64_t a_tasks, columns_tasks;
};

constexpr int64_t a_panels_per_pack = 4, b_panels_per_pack = 2;

template <class T>
void pack_task(void* context, int64_t index) {
  const Round<T>& round = *static_cast<Round<T>*>(context);
  const Gemm<T>& g = *round.g;
  const int64_t k = round.block.k;
  if (index < round.a_tasks) {
    const int64_t end = (index + 1) * a_panels_per_pack;
    for (int64_t panel = index * a_panels_per_pack; panel < end && panel < round.panels->count; ++panel) {
      const int64_t row = round.panels->start(panel);
      pack_a_panel(g.a + row * g.a_row + round.k_start * g.a_col, g.a_row, g.a_col,
                   static_cast<int>(round.panels->start(panel + 1) - row), k, round.a_pack + row * k);
    }
    return;
  }
  constexpr int64_t width = panel_columns<T>;
  const int64_t first = (index - round.a_tasks) * b_panels_per_pack * width;
  for (int64_t j = first; j < first + b_panels_per_pack * width && j < g.n; j += width) {
    pack_b_panel(g.b + round.k_start * g.b_row + j * g.b_col, g.b_row, g.b_col, g.n - j < width ? g.n - j : width, k,
                 round.b_pack + j * k);
  }
}

template <class T>
void multiply_task(void* context, int64_t index) {
  const Round<T>& round = *static_cast<Round<T>*>(context);
  const int64_t panel = index / round.columns_tasks * round.plan.panels_per_task;
  const int64_t column = index % round.columns_tasks * round.plan.columns_per_task;
  const int64_t last_panel = panel + round.plan.panels_per_task, last_column = column + round.plan.columns_per_task;
  multiply_block(round.block, *round.panels, panel, last_panel < round.panels->count ? last_panel : round.panels->count,
                 column, last_column < round.g->n ? last_column : round.g->n);
}

inline void run_tasks(bool parallel, int64_t count, void (*task)(void*, int64_t), void* context) {
  if (parallel && count > 1) {
    parallel_for(count, task, context);
  } else {
    for (int64_t i = 0; i < count; ++i) task(context, i);
  }
}

// C, all of it, from a dense A.
template <class T>
void multiply_dense(const Gemm<T>& g) {
  const Panels panels(g.m);
  const bool parallel = static_cast<double>(g.m) * g.n * g.k > parallel_work && thread_count() > 1;
  Round<T> round;
  round.g = &g;
  round.plan = make_plan(g, panels, parallel ? thread_count() : 1);
  round.panels = &panels;
  const Plan& plan = round.plan;
  const bool plain = is_plain(g), split = plan.k_block < g.k;
  constexpr int64_t width = panel_columns<T>;
  round.a_pack = plan.pack_a ? static_cast<T*>(gemm_scratch(Scratch::a, g.m * plan.k_block * sizeof(T))) : nullptr;
  round.b_pack = plan.pack_b ? static_cast<T*>(gemm_scratch(Scratch::b, ceil_div(g.n, width) * width * plan.k_block * sizeof(T)))
                             : nullptr;
  Block<T>& block = round.block;
  block.g = &g;
  block.a_packed = plan.pack_a;
  block.b_packed = plan.pack_b;
  block.a_row = g.a_row;
  block.a_col = g.a_col;
  block.b_row = g.b_row;
  block.chain = g.c;
  block.chain_row = g.c_row;
  if (split && g.beta != T(0)) {
    block.chain = static_cast<T*>(gemm_scratch(Scratch::chain, g.m * g.n * sizeof(T)));
    block.chain_row = g.n;
  }
  round.columns_tasks = ceil_div(g.n, plan.columns_per_task);
  round.a_tasks = plan.pack_a ? ceil_div(panels.count, a_panels_per_pack) : 0;
  const int64_t b_tasks = plan.pack_b ? ceil_div(ceil_div(g.n, width), b_panels_per_pack) : 0;
  int64_t start = 0;
  do {
    const int64_t k = g.k - start < plan.k_block ? g.k - start : plan.k_block;
    const bool last = start + k == g.k;
    block.k = k;
    block.a = plan.pack_a ? round.a_pack : g.a + start * g.a_col;
    block.b = plan.pack_b ? round.b_pack : g.b + start * g.b_row;
    block.resume = start > 0;
    block.finish = last && !plain ? &g : nullptr;
    round.k_start = start;
    if (round.a_tasks + b_tasks > 0) run_tasks(parallel, round.a_tasks + b_tasks, pack_task<T>, &round);
    run_tasks(parallel, ceil_div(panels.count, plan.panels_per_task) * round.columns_tasks, multiply_task<T>, &round);
    start += k;
  } while (start < g.k);
}

template <class T>
struct Gather {
  const Gemm<T>* g;
  bool by_row;
  int64_t first, length;
  T* out;
};

template <class T>
void gather_task(void* context, int64_t line) {
  const Gather<T>& gather = *static_cast<Gather<T>*>(context);
  gather_line(*gather.g, gather.by_row, gather.first + line, 0, gather.length, gather.out + line * gather.length);
}

// A made dense first when it is indexed or bytes, in chunks of rows of A (the pool is worth waking from 64 KB on).
template <class T>
void multiply(const Gemm<T>& g) {
  if (g.m <= 0 || g.n <= 0) return;
  if (!g.rows && !g.columns && !g.a_u8) {
    multiply_dense(g);
    return;
  }
  const bool by_row = g.columns ? false : g.rows ? true : g.a_col == 1;
  constexpr int64_t chunk = 2048;
  for (int64_t row = 0; row < g.m; row += chunk) {
    const int64_t rows = g.m - row < chunk ? g.m - row : chunk;
    Gemm<T> part = g;
    part.m = rows;
    part.c += row * g.c_row;
    if (part.gate) part.gate += row * g.gate_row;
    if (part.rows) {
      part.rows += row;
    } else {
      if (part.a) part.a += row * g.a_row;
      if (part.a_u8) part.a_u8 += row * g.a_row;
    }
    T* dense = static_cast<T*>(gemm_scratch(Scratch::gathered, rows * g.k * sizeof(T) + 64));
    Gather<T> gather{&part, by_row, 0, by_row ? g.k : rows, dense};
    run_tasks(rows * g.k > 65536, by_row ? rows : g.k, gather_task<T>, &gather);
    Gemm<T> straight = part;
    straight.rows = straight.columns = nullptr;
    straight.a_u8 = nullptr;
    straight.a = dense;
    straight.a_row = by_row ? g.k : 1;
    straight.a_col = by_row ? 1 : rows;
    multiply_dense(straight);
  }
}
