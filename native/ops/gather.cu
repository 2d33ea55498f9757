// gather: out[o, i, :] = x[o, indices[i], :]. gather_scaled (made by fusion): bytes times a number. scatter_add:
// out[o, indices[i], :] += values[o, i, :]. dynamic_slice: out = x[start ...]. x is [outer, n, inner] with a contiguous
// inner dimension; indices are a contiguous list. A bad index is noted and reads as a row of zeros.
#include "gather.h"

#include "../cuda/rows.cuh"

namespace hebb::cuda {
namespace {

constexpr int copy_threads = 256;

// Rows of `units` pieces of memory that move in one instruction each; steps count pieces.
struct Rows {
  int64_t rows, count, units, n, outer_step, step;
};

// Calls start(unit) with a value of the widest type that divides all the byte counts and addresses.
template <class Start>
void by_unit(std::initializer_list<int64_t> bytes, const Start& start) {
  int64_t all = 0;
  for (int64_t b : bytes) all |= b;
  if (all % 16 == 0) return start(uint4());
  if (all % 8 == 0) return start(uint64_t());
  if (all % 4 == 0) return start(uint32_t());
  if (all % 2 == 0) return start(uint16_t());
  start(uint8_t());
}

template <class Unit>
__global__ void __launch_bounds__(copy_threads)
    gather_rows(const __grid_constant__ Rows r, const Unit* x, const int32_t* indices, Unit* out, Fault* fault) {
  const int64_t total = r.rows * r.units;
  for (int64_t item = int64_t{blockIdx.x} * copy_threads + threadIdx.x; item < total;
       item += int64_t{gridDim.x} * copy_threads) {
    const int64_t row = divide(item, r.units), unit = item - row * r.units;
    const int64_t o = divide(row, r.count), index = indices[row - o * r.count];
    if (index >= 0 && index < r.n) {
      out[item] = x[o * r.outer_step + index * r.step + unit];
    } else {
      out[item] = Unit();
      if (unit == 0) report_fault(fault, Fault::index, Op::gather, index, r.n);
    }
  }
}

template <int width>
__global__ void __launch_bounds__(copy_threads)
    gather_bytes(const __grid_constant__ Rows r, const uint8_t* x, const int32_t* indices, const float* scale_data,
                 float* out, Fault* fault) {
  const int64_t total = r.rows * r.units;
  const float scale = *scale_data;
  for (int64_t item = int64_t{blockIdx.x} * copy_threads + threadIdx.x; item < total;
       item += int64_t{gridDim.x} * copy_threads) {
    const int64_t row = divide(item, r.units), unit = item - row * r.units;
    const int64_t index = indices[row];
    Pack<float, width> values{};
    if (index >= 0 && index < r.n) {
      const auto bytes = *reinterpret_cast<const Pack<uint8_t, width>*>(x + index * r.step + unit * width);
#pragma unroll
      for (int k = 0; k < width; ++k) values.v[k] = static_cast<float>(bytes.v[k]) * scale;
    } else if (unit == 0) {
      report_fault(fault, Fault::index, Op::gather, index, r.n);
    }
    *reinterpret_cast<Pack<float, width>*>(out + item * width) = values;
  }
}

template <class Unit>
__global__ void __launch_bounds__(copy_threads)
    slice_rows(const __grid_constant__ Rows r, const Unit* x, const int32_t* start_data, Unit* out, Fault* fault) {
  const int64_t total = r.rows * r.units, start = *start_data;
  const bool valid = start >= 0 && start + r.rows <= r.n;
  if (!valid && blockIdx.x == 0 && threadIdx.x == 0) {
    report_fault(fault, Fault::index, Op::dynamic_slice, start, r.n - r.rows + 1);
  }
  for (int64_t item = int64_t{blockIdx.x} * copy_threads + threadIdx.x; item < total;
       item += int64_t{gridDim.x} * copy_threads) {
    const int64_t row = divide(item, r.units);
    out[item] = valid ? x[(start + row) * r.step + (item - row * r.units)] : Unit();
  }
}

// Every target row has an owner, a warp per 32 columns, that adds its values in the order of i: the owner finds them by
// reading through the list. Owners are the n rows, or (`by_entry`) the entries of the list that are the first with
// their index.
template <bool by_entry, class T>
__global__ void __launch_bounds__(row_threads)
    scatter_rows(int64_t outer, int64_t count, int64_t inner, int64_t n, const T* values, const int32_t* indices,
                 T* out, Fault* fault) {
  const int lane = lane_of_warp();
  const int64_t blocks = (inner + warp - 1) / warp, owners = by_entry ? count : n;
  const int64_t items = outer * owners * blocks;
  for (int64_t item = row_of_warp(); item < items; item += int64_t{gridDim.x} * row_warps) {
    const int64_t line = divide(item, blocks), o = divide(line, owners), owner = line - o * owners;
    const int64_t column = (item - line * blocks) * warp + lane;
    const int64_t target = by_entry ? indices[owner] : owner;
    if (by_entry) {
      if (target < 0 || target >= n) {
        if (lane == 0) report_fault(fault, Fault::index, Op::scatter_add, target, n);
        continue;
      }
      bool first = true;
      for (int64_t base = 0; first && base < owner; base += warp) {
        first = !__any_sync(all_lanes, base + lane < owner && indices[base + lane] == target);
      }
      if (!first) continue;
    }
    T* const to = out + (o * n + target) * inner + column;
    T total = column < inner ? *to : T(0);
    for (int64_t base = by_entry ? owner / warp * warp : 0; base < count; base += warp) {
      const int32_t index = base + lane < count ? indices[base + lane] : -1;
      if (!by_entry && owner == 0 && base + lane < count && (index < 0 || index >= n)) {
        report_fault(fault, Fault::index, Op::scatter_add, index, n);
      }
      for (unsigned found = __ballot_sync(all_lanes, base + lane < count && index == target); found;
           found &= found - 1) {
        const int64_t i = base + __ffs(static_cast<int>(found)) - 1;
        if (column < inner) total = total + values[(o * count + i) * inner + column];
      }
    }
    if (column < inner) *to = total;
  }
}

// A thread per column, through the list in order: slow, but for lists and targets so long that finding is slower.
template <class T>
__global__ void __launch_bounds__(row_threads)
    scatter_columns(int64_t outer, int64_t count, int64_t inner, int64_t n, const T* values, const int32_t* indices,
                    T* out, Fault* fault) {
  for (int64_t item = int64_t{blockIdx.x} * row_threads + threadIdx.x; item < outer * inner;
       item += int64_t{gridDim.x} * row_threads) {
    const int64_t o = divide(item, inner), column = item - o * inner;
#pragma unroll 1
    for (int64_t i = 0; i < count; ++i) {
      const int64_t index = indices[i];
      if (index < 0 || index >= n) {
        if (item == 0) report_fault(fault, Fault::index, Op::scatter_add, index, n);
        continue;
      }
      T* const to = out + (o * n + index) * inner + column;
      *to = *to + values[(o * count + i) * inner + column];
    }
  }
}

template <class T>
void scatter_map(const Launch& call) {
  const Tensor &values = call.in[0], &out = call.out[0];
  const int64_t outer = values.dim(0), count = values.dim(1), inner = values.dim(2), n = out.dim(1);
  if (values.size() == 0) return;
  const T* const source = values.data<T>();
  const int32_t* const indices = call.in[1].data<int32_t>();
  T* const target = out.data<T>();
  Fault* const fault = current().fault;
  const int64_t owners = n < count ? n : count, blocks = (inner + warp - 1) / warp;
  const int64_t groups = block_count(outer * owners * blocks, row_warps);
  // 2^31 steps of a warp take about as long as a million entries one after the other.
  if (owners * blocks * (count / warp + 1) > (int64_t{1} << 31)) {
    submit(scatter_columns<T>, block_count(outer * inner, row_threads), row_threads, outer, count, inner, n, source,
           indices, target, fault);
  } else if (n < count) {
    submit(scatter_rows<false, T>, groups > 0 ? groups : 1, row_threads, outer, count, inner, n, source, indices,
           target, fault);
  } else {
    submit(scatter_rows<true, T>, groups, row_threads, outer, count, inner, n, source, indices, target, fault);
  }
}

int64_t address(const void* data) { return static_cast<int64_t>(reinterpret_cast<uintptr_t>(data)); }

}  // namespace

void gather_kernel(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  if (out.size() == 0) return;
  const int64_t element = size_of(x.dtype());
  const std::byte* const source = x.buffer->data + x.offset * element;
  std::byte* const target = out.buffer->data + out.offset * element;
  const int64_t row_bytes = x.dim(2) * element, step = x.strides()[1] * element, outer_step = x.strides()[0] * element;
  by_unit({row_bytes, step, outer_step, address(source), address(target)}, [&](auto unit) {
    using Unit = decltype(unit);
    constexpr int64_t bytes = sizeof(Unit);
    const Rows r{x.dim(0) * out.dim(1), out.dim(1), row_bytes / bytes, x.dim(1), outer_step / bytes, step / bytes};
    submit(gather_rows<Unit>, block_count(r.rows * r.units, copy_threads), copy_threads, r,
           reinterpret_cast<const Unit*>(source), call.in[1].data<int32_t>(), reinterpret_cast<Unit*>(target),
           current().fault);
  });
}

void gather_scaled_kernel(const Launch& call) {
  const Tensor& x = call.in[0];
  const int64_t count = call.in[1].size(), inner = x.dim(2), step = x.strides()[1];
  if (count == 0 || inner == 0) return;
  const uint8_t* const source = x.data<uint8_t>();
  float* const target = call.out[0].data<float>();
  const auto start = [&](auto width) {
    constexpr int w = decltype(width)::value;
    const Rows r{count, count, inner / w, x.dim(1), 0, step};
    submit(gather_bytes<w>, block_count(r.rows * r.units, copy_threads), copy_threads, r, source,
           call.in[1].data<int32_t>(), call.in[2].data<float>(), target, current().fault);
  };
  if ((inner | step | address(source)) % 4 == 0 && aligned(target, 16)) return start(std::integral_constant<int, 4>());
  start(std::integral_constant<int, 1>());
}

void scatter_add_kernel(const Launch& call) {
  if (call.in[0].dtype() == Dtype::float32) return scatter_map<float>(call);
  if (call.in[0].dtype() == Dtype::float64) return scatter_map<double>(call);
  scatter_map<uint32_t>(call);  // int32 that wraps
}

void dynamic_slice_kernel(const Launch& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  if (out.size() == 0) return;
  const int64_t element = size_of(x.dtype());
  const std::byte* const source = x.buffer->data + x.offset * element;
  std::byte* const target = out.buffer->data + out.offset * element;
  const int64_t row_bytes = x.dim(2) * element, step = x.strides()[1] * element;
  by_unit({row_bytes, step, address(source), address(target)}, [&](auto unit) {
    using Unit = decltype(unit);
    constexpr int64_t bytes = sizeof(Unit);
    const Rows r{out.dim(0), 0, row_bytes / bytes, x.dim(1), 0, step / bytes};
    submit(slice_rows<Unit>, block_count(r.rows * r.units, copy_threads), copy_threads, r,
           reinterpret_cast<const Unit*>(source), call.in[1].data<int32_t>(), reinterpret_cast<Unit*>(target),
           current().fault);
  });
}

}  // namespace hebb::cuda
