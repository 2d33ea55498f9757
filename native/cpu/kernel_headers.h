// What the kernels need from outside, included before a target is chosen: nothing here may be compiled for a wider ISA.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "../core/error.h"
#include "../core/launch.h"
#include "../ops/arg_reduce.h"
#include "../ops/binary.h"
#include "../ops/copy.h"
#include "../ops/cross_entropy.h"
#include "../ops/cumsum.h"
#include "../ops/dense.h"
#include "../ops/gather.h"
#include "../ops/matmul.h"
#include "../ops/matmul/gemm.h"
#include "../ops/one_hot.h"
#include "../ops/optimizer.h"
#include "../ops/random.h"
#include "../ops/reduce.h"
#include "../ops/softmax.h"
#include "../ops/sort.h"
#include "../ops/sparsemax.h"
#include "../ops/unary.h"
#include "../ops/where.h"
#include "threads.h"
