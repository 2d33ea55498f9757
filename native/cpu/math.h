// exp expm1 tanh sigmoid, log log1p softplus, sin cos tan, erf, pow, rsqrt on vectors of float and double. Our own
// polynomials (minimax fits) and FMA where it is written, so that every ISA gives the same bits. Special values are
// NumPy's. Included inside the namespace of an ISA, after simd_<isa>.h. Largest error seen, in units of the last place
// (float / double), against 64-bit-mantissa libm:
//   exp TODO
#include "math_exp.h"
#include "math_log.h"
#include "math_trig.h"
#include "math_erf.h"
#include "math_pow.h"
