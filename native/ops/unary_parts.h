// What the expressions of unary.def need besides functions of vectors. Included inside the namespace of a target.

// tanh-approximated GELU (Hendrycks and Gimpel 2016): tanh's argument and its slope.
template <class V>
HEBB_INLINE V gelu_inner(V x) {
  return V(0.7978845608028654) * fma(V(0.044715) * x * x, x, x);
}
template <class V>
HEBB_INLINE V gelu_inner_slope(V x) {
  return V(0.7978845608028654) * fma(V(0.134145) * x, x, V(1));
}

// A parameter as T; integers saturate.
template <class T>
inline T parameter(double value) {
  return static_cast<T>(value);
}
template <>
inline int32_t parameter<int32_t>(double value) {
  return value >= 2147483647.0 ? 2147483647 : value <= -2147483648.0 ? -2147483647 - 1 : static_cast<int32_t>(value);
}
