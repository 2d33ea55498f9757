// The loop under every element-wise kernel: any number of inputs of one type, broadcast and strided, one output.
// Dimensions are merged where all operands allow it; the innermost run is handed to `run` 16 (8) lanes at a time.
// A strided operand is first gathered into a block in L1, so that the arithmetic is written for contiguous vectors
// only.

#include "loop_shape.h"
#include "past_caches.h"

// Stands before a loop whose rounds store nothing that others read.
#if defined(__clang__)
#define HEBB_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define HEBB_INDEPENDENT _Pragma("GCC ivdep")
#else
#define HEBB_INDEPENDENT
#endif

constexpr int64_t parallel_grain = 16384;  // elements per claimed chunk
constexpr int block_lanes = 256;           // elements gathered at a time

// Calls run(offsets per operand, inner strides per operand, length) for every innermost run, in parallel chunks.
template <int operands, class Run>
void for_each_run(const LoopShape& loop, const Run& run) {
  const int inner = loop.rank - 1;
  const int64_t length = loop.dims[inner];
  int64_t total = 1;
  for (int i = 0; i < loop.rank; ++i) total *= loop.dims[i];
  if (total == 0) return;
  int64_t steps[operands];
  for (int k = 0; k < operands; ++k) steps[k] = loop.strides[k][inner];
  auto range = [&](int64_t begin, int64_t end) {
    int64_t index[max_rank], offsets[operands] = {};
    int64_t rest = begin;
    for (int i = inner; i >= 0; --i) {
      if (rest == 0) {  // no division for what a small op begins with
        index[i] = 0;
        continue;
      }
      index[i] = rest % loop.dims[i];
      rest /= loop.dims[i];
      for (int k = 0; k < operands; ++k) offsets[k] += index[i] * loop.strides[k][i];
    }
    while (begin < end) {
      const int64_t left = length - index[inner], n = left < end - begin ? left : end - begin;
      run(offsets, steps, n);
      begin += n;
      if (begin == end) return;
      for (int k = 0; k < operands; ++k) offsets[k] -= index[inner] * steps[k];
      index[inner] = 0;
      for (int i = inner - 1; i >= 0; --i) {
        for (int k = 0; k < operands; ++k) offsets[k] += loop.strides[k][i];
        if (++index[i] < loop.dims[i]) break;
        for (int k = 0; k < operands; ++k) offsets[k] -= loop.dims[i] * loop.strides[k][i];
        index[i] = 0;
      }
    }
  };
  if (total <= 2 * parallel_grain) return range(0, total);
  const int64_t chunks = (total + parallel_grain - 1) / parallel_grain;
  parallel(chunks, [&](int64_t chunk) {
    const int64_t begin = chunk * parallel_grain;
    range(begin, begin + parallel_grain < total ? begin + parallel_grain : total);
    stream_fence();  // what this thread streamed is there before the others hear that the chunk is done
  });
}

template <class T>
inline const T* gather_block(const T* source, int64_t stride, int n, T* block) {
  for (int i = 0; i < n; ++i) block[i] = source[i * stride];
  return block;
}

// One run of out = f(in...) over vectors; every input is contiguous (step 1) or one repeated value (step 0). Of three
// inputs (x, y, dy of a gradient) not all are read, so none is asked for ahead of time.
template <class T, int inputs, Pass pass, class F>
void vector_run(T* out, const T* const* in, const int64_t* steps, int64_t n, const void* context) {
  using V = Vec<T>;
  const F& f = *static_cast<const F*>(context);
  constexpr int lanes = V::lanes, distance = distance_ahead / sizeof(T);
  V repeated[inputs];
  const T* from[inputs];
  bool moves[inputs];
  for (int k = 0; k < inputs; ++k) {
    from[k] = in[k];
    moves[k] = steps[k] != 0;
    repeated[k] = V(moves[k] ? T(0) : in[k][0]);
  }
  auto at = [&](int k, int64_t i) { return moves[k] ? V::load(from[k] + i) : repeated[k]; };
  auto tail = [&](int k, int64_t i, int count) { return moves[k] ? V::load_n(from[k] + i, count) : repeated[k]; };
  auto part = [&](int64_t i, int count) {
    if constexpr (inputs == 1) V::store_n(out + i, f(tail(0, i, count)), count);
    if constexpr (inputs == 2) V::store_n(out + i, f(tail(0, i, count), tail(1, i, count)), count);
    if constexpr (inputs == 3) V::store_n(out + i, f(tail(0, i, count), tail(1, i, count), tail(2, i, count)), count);
  };
  auto put = [&](int64_t i, V y) { pass == Pass::streamed ? V::stream(out + i, y) : V::store(out + i, y); };
  int64_t i = pass == Pass::streamed ? elements_before_line(out, n) : 0;
  if (i > 0) part(0, static_cast<int>(i));
  for (; i + lanes <= n; i += lanes) {
    if constexpr (pass != Pass::cached && inputs < 3) {
      for (int k = 0; k < inputs; ++k) __builtin_prefetch(in[k] + steps[k] * (i + distance), 0, 3);
    }
    if constexpr (pass == Pass::ahead) __builtin_prefetch(out + i + distance, 1, 3);
    if constexpr (inputs == 1) put(i, f(at(0, i)));
    if constexpr (inputs == 2) put(i, f(at(0, i), at(1, i)));
    if constexpr (inputs == 3) put(i, f(at(0, i), at(1, i), at(2, i)));
  }
  if (i < n) part(i, static_cast<int>(n - i));
}

// The arithmetic of one op over a run, as a function pointer: the loops around it are compiled once per type and number
// of inputs, not once per op.
template <class In, class Out, int inputs>
using RunFunction = void (*)(Out* out, const In* const* in, const int64_t* steps, int64_t n, const void* context);

template <class T, int inputs>
__attribute__((noinline)) void map_vector_runs(const Launch& call, const RunFunction<T, T, inputs>* functions,
                                               const void* context) {
  const RunFunction<T, T, inputs> function = functions[static_cast<int>(pass_of(call))];
  const Tensor& out = call.out[0];
  T* const out_data = out.data<T>();
  const T* in_data[inputs];
  for (int k = 0; k < inputs; ++k) in_data[k] = call.in[k].data<T>();
  for_each_run<inputs + 1>(
      collapse(out, call.in, inputs), [&](const int64_t* offsets, const int64_t* steps, int64_t n) {
        const T* in[inputs];
        bool strided = steps[0] != 1;
        for (int k = 0; k < inputs; ++k) {
          in[k] = in_data[k] + offsets[k + 1];
          strided |= steps[k + 1] > 1;
        }
        T* target = out_data + offsets[0];
        if (!strided) return function(target, in, steps + 1, n, context);
        T blocks[inputs + 1][block_lanes];
        int64_t block_steps[inputs];
        for (int64_t i = 0; i < n; i += block_lanes) {
          const int count = static_cast<int>(n - i < block_lanes ? n - i : block_lanes);
          const T* block_in[inputs];
          for (int k = 0; k < inputs; ++k) {
            block_steps[k] = steps[k + 1] ? 1 : 0;
            block_in[k] = steps[k + 1] > 1 ? gather_block(in[k] + i * steps[k + 1], steps[k + 1], count, blocks[k])
                                           : in[k] + i * steps[k + 1];
          }
          T* block_out = steps[0] == 1 ? target + i : blocks[inputs];
          functions[0](block_out, block_in, block_steps, count, context);
          if (steps[0] != 1) {
            for (int j = 0; j < count; ++j) target[(i + j) * steps[0]] = block_out[j];
          }
        }
      });
}

// out = f(in...) for vectors of T (float or double).
template <class T, int inputs, class F>
void map_vectors(const Launch& call, const F& f) {
  static constexpr RunFunction<T, T, inputs> functions[] = {vector_run<T, inputs, Pass::cached, F>,
                                                            vector_run<T, inputs, compiled(Pass::ahead), F>,
                                                            vector_run<T, inputs, compiled(Pass::streamed), F>};
  map_vector_runs<T, inputs>(call, functions, &f);
}

// The elements of an operand's run as contiguous ones: in place, or gathered a block at a time.
template <class T>
struct Contiguous {
  T block[block_lanes];

  // Elements i to i + count - 1, for i = 0, then block_lanes, and so on; any count where the step is 1.
  const T* at(const T* run, int64_t step, int64_t i, int64_t count) {
    if (step == 1) return run + i;
    if (step == 0) {
      const T value = *run;
      if (i == 0) {  // a repeated value stays in its block
        for (int64_t j = 0; j < count; ++j) block[j] = value;
      }
      return block;
    }
    return gather_block(run + i * step, step, static_cast<int>(count), block);
  }
};

template <class In, class Out, int inputs>
__attribute__((noinline)) void map_scalar_runs(const Launch& call, RunFunction<In, Out, inputs> function,
                                               const void* context) {
  Out* const out_data = call.out[0].data<Out>();
  const In* in_data[inputs];
  for (int k = 0; k < inputs; ++k) in_data[k] = call.in[k].data<In>();
  const bool streamed = sizeof(Out) >= 4 && pass_of(call) == Pass::streamed;
  for_each_run<inputs + 1>(collapse(call.out[0], call.in, inputs),
                           [&](const int64_t* offsets, const int64_t* steps, int64_t n) {
                             Out* const target = out_data + offsets[0];
                             const In* in[inputs];
                             bool strided = steps[0] != 1;
                             for (int k = 0; k < inputs; ++k) strided |= steps[k + 1] != 1;
                             if constexpr (sizeof(Out) >= 4) {
                               if (streamed && !strided) {
                                 return stream_parts(target, n, [&](Out* to, int64_t from, int64_t count) {
                                   for (int k = 0; k < inputs; ++k) in[k] = in_data[k] + offsets[k + 1] + from;
                                   function(to, in, steps + 1, count, context);
                                 });
                               }
                             }
                             Contiguous<In> operands[inputs];
                             Out results[block_lanes];
                             const int64_t piece = strided ? block_lanes : n;
                             for (int64_t i = 0; i < n; i += piece) {
                               const int64_t count = n - i < piece ? n - i : piece;
                               for (int k = 0; k < inputs; ++k)
                                 in[k] = operands[k].at(in_data[k] + offsets[k + 1], steps[k + 1], i, count);
                               function(steps[0] == 1 ? target + i : results, in, steps + 1, count, context);
                               if (steps[0] == 1) continue;
                               for (int64_t j = 0; j < count; ++j) target[(i + j) * steps[0]] = results[j];
                             }
                           });
}

// out = f(in...) one element at a time, in a loop that the compiler turns into one of vectors: integers, comparisons,
// conversions. The pointers are copied, or else a byte that is stored might change them; and what is made in place is
// made element by element. One thread: `less` of 1 M floats 0.43 ms instead of 0.95, of a matrix and a number 0.23
// instead of 1.3, 1 M floats to bytes 0.45 instead of 8.4.
template <class In, class Out, int inputs, class F>
void map_scalars(const Launch& call, const F& f) {
  map_scalar_runs<In, Out, inputs>(
      call,
      [](Out* out, const In* const* in, const int64_t*, int64_t n, const void* context) {
        const F apply = *static_cast<const F*>(context);
        const In *const a = in[0], *const b = in[inputs - 1];
        HEBB_INDEPENDENT
        for (int64_t i = 0; i < n; ++i) {
          if constexpr (inputs == 1) out[i] = apply(a[i]);
          if constexpr (inputs == 2) out[i] = apply(a[i], b[i]);
        }
      },
      &f);
}
