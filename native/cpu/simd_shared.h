// What is the same on every ISA, written over its primitives. Included by each simd_<isa>.h inside its namespace.

template <class T>
struct Just {
  using type = T;
};
template <class T>
using Same = typename Just<T>::type;  // keeps a parameter out of deduction, so that scalars convert

template <class T>
HEBB_INLINE Vec<T> load(const T* p) {
  return Vec<T>::load(p);
}
template <class T>
HEBB_INLINE Vec<T> load_n(const T* p, int n) {
  return Vec<T>::load_n(p, n);
}
template <class T>
HEBB_INLINE void store(T* p, Same<Vec<T>> a) {
  Vec<T>::store(p, a);
}
template <class T>
HEBB_INLINE void store_n(T* p, Same<Vec<T>> a, int n) {
  Vec<T>::store_n(p, a, n);
}
// Past the caches, for outputs larger than they are; p is 64-byte aligned, and stream_fence ends a run of them.
template <class T>
HEBB_INLINE void stream(T* p, Same<Vec<T>> a) {
  Vec<T>::stream(p, a);
}

template <class T>
HEBB_INLINE Vec<T>& operator+=(Vec<T>& a, Same<Vec<T>> b) {
  return a = a + b;
}
template <class T>
HEBB_INLINE Vec<T>& operator-=(Vec<T>& a, Same<Vec<T>> b) {
  return a = a - b;
}
template <class T>
HEBB_INLINE Vec<T>& operator*=(Vec<T>& a, Same<Vec<T>> b) {
  return a = a * b;
}
template <class T>
HEBB_INLINE Vec<T>& operator/=(Vec<T>& a, Same<Vec<T>> b) {
  return a = a / b;
}

HEBB_INLINE F load_u8(const uint8_t* p) { return to_float(load_bytes(p)); }
HEBB_INLINE F load_u8_n(const uint8_t* p, int n) { return to_float(load_bytes_n(p, n)); }

HEBB_INLINE F clamp(F a, F low, F high) { return at_most(at_least(a, low), high); }
HEBB_INLINE D clamp(D a, D low, D high) { return at_most(at_least(a, low), high); }

// Fixed trees: lanes i and i + 8, then + 4, + 2, + 1 (8 lanes: + 4, + 2, + 1); the lower lane is the left operand.
HEBB_INLINE float reduce_add(F a) {
  a = a + fold(a, 8);
  a = a + fold(a, 4);
  a = a + fold(a, 2);
  return first(a + fold(a, 1));
}
HEBB_INLINE float reduce_max(F a) {
  a = max(a, fold(a, 8));
  a = max(a, fold(a, 4));
  a = max(a, fold(a, 2));
  return first(max(a, fold(a, 1)));
}
HEBB_INLINE float reduce_min(F a) {
  a = min(a, fold(a, 8));
  a = min(a, fold(a, 4));
  a = min(a, fold(a, 2));
  return first(min(a, fold(a, 1)));
}
HEBB_INLINE double reduce_add(D a) {
  a = a + fold(a, 4);
  a = a + fold(a, 2);
  return first(a + fold(a, 1));
}
HEBB_INLINE double reduce_max(D a) {
  a = max(a, fold(a, 4));
  a = max(a, fold(a, 2));
  return first(max(a, fold(a, 1)));
}
HEBB_INLINE double reduce_min(D a) {
  a = min(a, fold(a, 4));
  a = min(a, fold(a, 2));
  return first(min(a, fold(a, 1)));
}
HEBB_INLINE int32_t reduce_add(I a) {
  a = a + fold(a, 8);
  a = a + fold(a, 4);
  a = a + fold(a, 2);
  return first(a + fold(a, 1));
}
HEBB_INLINE int32_t reduce_max(I a) {
  a = max(a, fold(a, 8));
  a = max(a, fold(a, 4));
  a = max(a, fold(a, 2));
  return first(max(a, fold(a, 1)));
}
HEBB_INLINE int32_t reduce_min(I a) {
  a = min(a, fold(a, 8));
  a = min(a, fold(a, 4));
  a = min(a, fold(a, 2));
  return first(min(a, fold(a, 1)));
}

// 0, 1, 2, ... lanes - 1
alignas(64) constexpr int32_t iota_values[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
alignas(64) constexpr double iota_doubles[8] = {0, 1, 2, 3, 4, 5, 6, 7};
template <class T>
HEBB_INLINE Vec<T> iota() {
  if constexpr (sizeof(T) == 8)
    return Vec<T>::load(iota_doubles);
  else if constexpr (static_cast<T>(0.5) != 0)
    return to_float(I::load(iota_values));
  else
    return Vec<T>::load(iota_values);
}
