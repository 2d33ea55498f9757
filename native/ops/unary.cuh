// Functors of unary.def for the device; included by unary.cu and unary_grad.cu.
#pragma once

#include "../cuda/map.cuh"
#include "../cuda/simd_cuda.h"
#include "unary.h"

namespace hebb::cuda {
namespace {

#include "../cpu/integers.cpu.h"
#include "unary_parts.h"

}  // namespace
}  // namespace hebb::cuda
