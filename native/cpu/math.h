// exp expm1 tanh sigmoid, log log1p softplus, sin cos tan, erf, pow, rsqrt on vectors of float and double. Our own
// polynomials (minimax fits) and FMA where it is written, so that every ISA gives the same bits. Special values are
// NumPy's. Included inside the namespace of an ISA, after simd_<isa>.h. Bounds on the error in units of the last place,
// with the largest one seen (float, double) against libm of twice the precision (64 bits of mantissa for double):
//   exp 1 (0.89, 0.85)   expm1 2 (1.5, 1.8)      tanh 2 (1.7, 1.9)     sigmoid 2 (1.5, 1.5)   log 1 (0.87, 0.86)
//   log1p 2 (1.6, 1.4)   softplus 2 (1.9, 1.8)   sin 1.5 (1.2, 1.2)    cos 1.5 (1.2, 1.2)     tan 2 (1.8, 1.7)
//   erf 1 (0.97, 0.93)   rsqrt 1.5 (1.48, 1.49)  pow 0.51, double 1.5 (0.50, 1.02)
#include "math_exp.h"
#include "math_log.h"
#include "math_trig.h"
#include "math_erf.h"
#include "math_pow.h"
