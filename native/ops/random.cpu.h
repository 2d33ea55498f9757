// Philox blocks of four words (core/random.h), 16 blocks at a time. Value i of a tensor comes from block i / 4, word
// i % 4; a float64 takes two words, so block i / 2. Rejected values are drawn again from the same block with the next
// `attempt`. Normals: Box and Muller 1958, two of a pair of uniforms. Integers: D. Lemire, "Fast random integer
// generation in an interval", 2019. A permutation sorts 0 .. n - 1 by 64 random bits each, ties by index.

constexpr int group_blocks = 16;

struct RandomWords {
  alignas(64) uint32_t word[4][group_blocks];  // [word of the block][block]
};

inline void philox_group(const RandomState& state, int64_t first, uint32_t attempt, RandomWords& words) {
  const uint64_t block = state.block + static_cast<uint64_t>(first);
  for (int i = 0; i < group_blocks; ++i) {
    const RandomBlock drawn = random_block(state, block + static_cast<uint64_t>(i), attempt);
    for (int j = 0; j < 4; ++j) words.word[j][i] = drawn.word[j];
  }
}

inline RandomState read_state(const Tensor& state) {
  const auto* words = state.data<uint32_t>();
  return {{words[0], words[1]}, uint64_t{words[3]} << 32 | words[2]};
}

inline void advance(const Tensor& state, int64_t blocks) {
  auto* words = state.data<uint32_t>();
  const uint64_t block = read_state(state).block + static_cast<uint64_t>(blocks);
  words[2] = static_cast<uint32_t>(block);
  words[3] = static_cast<uint32_t>(block >> 32);
}

// Fills out[0] by make(words, T values[group]), `per_block` values from a block, cast to Out. `redraw(value)` says
// which of them are to be drawn again.
template <class Out, class T, int per_block, class Make, class Redraw>
void draw_groups(const Launch& call, const Make& make, const Redraw& redraw) {
  constexpr int group = group_blocks * per_block;
  const RandomState state = read_state(call.in[0]);
  Out* const out = call.out[0].data<Out>();
  const int64_t n = call.out[0].size(), groups = (n + group - 1) / group;
  const auto fill_group = [&](int64_t index) {
    RandomWords words;
    T values[group], again[group];
    philox_group(state, index * group_blocks, 0, words);
    make(words, values);
    for (uint32_t attempt = 1;; ++attempt) {
      bool any = false;
      for (int i = 0; i < group; ++i) any |= redraw(values[i]);
      if (!any) break;
      philox_group(state, index * group_blocks, attempt, words);
      make(words, again);
      for (int i = 0; i < group; ++i) values[i] = redraw(values[i]) ? again[i] : values[i];
    }
    const int64_t left = n - index * group;
    const int count = static_cast<int>(left < group ? left : group);
    for (int i = 0; i < count; ++i) out[index * group + i] = static_cast<Out>(values[i]);
  };
  constexpr int64_t per_chunk = 64;
  const auto chunk = [&](int64_t index) {
    const int64_t end = (index + 1) * per_chunk < groups ? (index + 1) * per_chunk : groups;
    for (int64_t i = index * per_chunk; i < end; ++i) fill_group(i);
  };
  const int64_t chunks = (groups + per_chunk - 1) / per_chunk;
  if (chunks > 1)
    parallel(chunks, chunk);
  else if (chunks == 1)
    chunk(0);
  advance(call.out[1], (n + per_block - 1) / per_block);
}

inline Vec<int32_t> word_vector(const RandomWords& words, int j) {
  return Vec<int32_t>::load(reinterpret_cast<const int32_t*>(words.word[j]));
}

// The k-th vector of values, block l's at lane l, to values[per_block * l + k].
template <int per_block, class T>
inline void spread(Vec<T> v, int k, T* values) {
  T lane[Vec<T>::lanes];
  Vec<T>::store(lane, v);
  for (int i = 0; i < Vec<T>::lanes; ++i) values[per_block * i + k] = lane[i];
}

// Uniforms in [0, 1).
inline void uniforms(const RandomWords& words, float* values) {
  for (int j = 0; j < 4; ++j) {
    spread<4>(to_float(shift_right_logical(word_vector(words, j), 8)) * Vec<float>(0x1p-24f), j, values);
  }
}
inline void uniforms(const RandomWords& words, double* values) {
  for (int i = 0; i < group_blocks; ++i) {
    for (int k = 0; k < 2; ++k) {
      const uint64_t bits = uint64_t{words.word[2 * k][i]} << 32 | words.word[2 * k + 1][i];
      values[2 * i + k] = static_cast<double>(static_cast<int64_t>(bits >> 11)) * 0x1p-53;
    }
  }
}

// Standard normals: the radius from a uniform in (0, 1), the angle from one in [-pi, pi).
inline void normals(const RandomWords& words, float* values) {
  for (int pair = 0; pair < 4; pair += 2) {
    const Vec<int32_t> a = word_vector(words, pair), b = word_vector(words, pair + 1);
    const Vec<float> whole =
        fma(to_float(shift_right_logical(a, 8)), Vec<float>(256), to_float(a & Vec<int32_t>(255)) + Vec<float>(0.5f));
    const Vec<float> radius = sqrt(Vec<float>(-2) * log(whole * Vec<float>(0x1p-32f)));
    const Vec<float> angle = to_float(b) * Vec<float>(static_cast<float>(3.141592653589793 * 0x1p-31));
    spread<4>(radius * cos(angle), pair, values);
    spread<4>(radius * sin(angle), pair + 1, values);
  }
}
inline void normals(const RandomWords& words, double* values) {
  using V = Vec<double>;
  double first[group_blocks], second[group_blocks];
  for (int i = 0; i < group_blocks; ++i) {
    const uint64_t a = uint64_t{words.word[0][i]} << 32 | words.word[1][i];
    const uint64_t b = uint64_t{words.word[2][i]} << 32 | words.word[3][i];
    first[i] = (static_cast<double>(static_cast<int64_t>(a >> 12)) + 0.5) * 0x1p-52;
    second[i] = static_cast<double>(static_cast<int64_t>(b) >> 11);
  }
  for (int i = 0; i < group_blocks; i += V::lanes) {
    const V radius = sqrt(V(-2) * log(V::load(first + i)));
    const V angle = V::load(second + i) * V(3.141592653589793 * 0x1p-52);
    spread<2>(radius * cos(angle), 0, values + 2 * i);
    spread<2>(radius * sin(angle), 1, values + 2 * i);
  }
}

// values[i] = f(values[i]) over a whole group.
template <int group, class T, class F>
inline void map_group(T* values, const F& f) {
  for (int i = 0; i < group; i += Vec<T>::lanes) Vec<T>::store(values + i, f(Vec<T>::load(values + i)));
}

template <class T>
constexpr int values_per_block = sizeof(T) == 8 ? 2 : 4;

template <class T>
void uniform_map(const Launch& call) {
  const auto& range = call.get<UniformAttributes>();
  const T low = static_cast<T>(range.low), high = static_cast<T>(range.high), last = static_cast<T>(range.last);
  constexpr int per_block = values_per_block<T>;
  draw_groups<T, T, per_block>(
      call,
      [=](const RandomWords& words, T* values) {
        uniforms(words, values);
        map_group<group_blocks * per_block>(
            values, [=](Vec<T> u) { return min(fma(u, Vec<T>(high - low), Vec<T>(low)), Vec<T>(last)); });
      },
      [](T) { return false; });
}

// `limit`: how far from the mean, in deviations, a value is kept.
template <class T>
void normal_map(const Launch& call, double limit) {
  const auto& normal = call.get<NormalAttributes>();
  const T mean = static_cast<T>(normal.mean), deviation = static_cast<T>(normal.deviation),
          most = static_cast<T>(limit);
  constexpr int per_block = values_per_block<T>;
  draw_groups<T, T, per_block>(
      call,
      [=](const RandomWords& words, T* values) {
        normals(words, values);
        const Vec<T> outside(static_cast<T>(__builtin_nan("")));
        map_group<group_blocks * per_block>(values, [=](Vec<T> z) {
          return select(abs(z) <= Vec<T>(most), fma(z, Vec<T>(deviation), Vec<T>(mean)), outside);
        });
      },
      [](T value) { return value != value; });
}

void random_uniform_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return uniform_map<float>(call);
  uniform_map<double>(call);
}

void random_normal_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return normal_map<float>(call, __builtin_inf());
  normal_map<double>(call, __builtin_inf());
}

void random_truncated_normal_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::float32) return normal_map<float>(call, 2);
  normal_map<double>(call, 2);
}

template <class Out>
void integer_map(const Launch& call) {
  const auto& attributes = call.get<IntegerAttributes>();
  const int64_t low = attributes.low;
  const uint64_t range = attributes.range;
  const uint64_t rejected = (uint64_t{1} << 32) % range;  // so many of the 2^32 words would favour some numbers
  draw_groups<Out, int64_t, 4>(
      call,
      [=](const RandomWords& words, int64_t* values) {
        for (int i = 0; i < group_blocks; ++i) {
          for (int j = 0; j < 4; ++j) {
            const uint64_t product = words.word[j][i] * range;
            const int64_t value = low + static_cast<int64_t>(product >> 32);
            values[4 * i + j] = static_cast<uint32_t>(product) < rejected ? INT64_MIN : value;
          }
        }
      },
      [](int64_t value) { return value == INT64_MIN; });
}

void random_int_kernel(const Launch& call) {
  if (call.out[0].dtype() == Dtype::uint8) return integer_map<uint8_t>(call);
  integer_map<int32_t>(call);
}

void random_bernoulli_kernel(const Launch& call) {
  const uint64_t threshold = call.get<BernoulliAttributes>().threshold;
  dispatch_stored(call.out[0].dtype(), [&](auto type) {
    using T = decltype(type);
    draw_groups<T, uint8_t, 4>(
        call,
        [=](const RandomWords& words, uint8_t* values) {
          for (int i = 0; i < group_blocks; ++i) {
            for (int j = 0; j < 4; ++j) values[4 * i + j] = words.word[j][i] < threshold;
          }
        },
        [](uint8_t) { return false; });
  });
}

struct SortEntry {
  uint32_t high, low;
  int32_t index;
};

// A radix sort by the high words, 11 bits at a time, of few entries 8 bits (150 take 2.1 us instead of 4.1), then an
// insertion sort among the few that share one.
inline SortEntry* sort_entries(SortEntry* entries, SortEntry* spare, int64_t n) {
  constexpr int most_bits = 11;
  const int digit_bits = n < 2048 ? 8 : most_bits, digits = 1 << digit_bits;
  for (int shift = 0; shift < 32; shift += digit_bits) {
    int32_t ends[(1 << most_bits) + 1];
    for (int digit = 0; digit <= digits; ++digit) ends[digit] = 0;
    for (int64_t i = 0; i < n; ++i) ++ends[(entries[i].high >> shift & (digits - 1)) + 1];
    for (int digit = 0; digit < digits; ++digit) ends[digit + 1] += ends[digit];
    for (int64_t i = 0; i < n; ++i) spare[ends[entries[i].high >> shift & (digits - 1)]++] = entries[i];
    SortEntry* const sorted = spare;
    spare = entries;
    entries = sorted;
  }
  for (int64_t i = 1; i < n; ++i) {
    const SortEntry entry = entries[i];
    int64_t place = i;
    for (; place > 0 && entries[place - 1].high == entry.high && entries[place - 1].low > entry.low; --place) {
      entries[place] = entries[place - 1];
    }
    entries[place] = entry;
  }
  return entries;
}

void random_permutation_kernel(const Launch& call) {
  const RandomState state = read_state(call.in[0]);
  const int64_t n = call.out[0].size();
  int32_t* const out = call.out[0].data<int32_t>();
  auto* const entries = reinterpret_cast<SortEntry*>(call.out[2].data<int32_t>());
  for (int64_t first = 0; first < n; first += 2 * group_blocks) {
    RandomWords words;
    philox_group(state, first / 2, 0, words);
    const int64_t end = n - first < 2 * group_blocks ? n - first : 2 * group_blocks;
    for (int64_t i = 0; i < end; ++i) {
      const int j = i % 2 * 2;
      entries[first + i] = {words.word[j][i / 2], words.word[j + 1][i / 2], static_cast<int32_t>(first + i)};
    }
  }
  const SortEntry* const sorted = sort_entries(entries, entries + n, n);
  for (int64_t i = 0; i < n; ++i) out[i] = sorted[i].index;
  advance(call.out[1], (n + 1) / 2);
}
