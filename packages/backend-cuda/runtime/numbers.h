// Scalar arithmetic as PTX defines it, where C++ does something else or nothing. Registers are containers of bits: an
// instruction reads them as its own type.
#pragma once
#include <math.h>
#include <stdint.h>

namespace tw {

// ---- bits

template <class To, class From>
[[gnu::always_inline]] inline To bits(From value) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, value);
}

// ---- integers. Registers hold unsigned types, so that + - * wrap; signed operations convert and come back.

template <class T> inline T divide(T a, T b) {
  if (b == 0) return T(-1);  // unspecified in PTX; what the hardware's expansion gives
  return T(b) == T(-1) && T(-1) < 0 ? T(0) - a : T(a / b);
}
template <class T> inline T remainder(T a, T b) {
  if (b == 0) return a;
  return T(b) == T(-1) && T(-1) < 0 ? T(0) : T(a % b);
}
template <class T> inline T shiftLeft(T a, uint32_t n) { return n >= sizeof(T) * 8 ? T(0) : T(a << n); }
template <class T> inline T shiftRight(T a, uint32_t n) { return n >= sizeof(T) * 8 ? (a < 0 ? T(-1) : T(0))
    : T(a >> n); }
template <class T> inline T least(T a, T b) { return b < a ? b : a; }
template <class T> inline T greatest(T a, T b) { return a < b ? b : a; }
template <class T> inline T absolute(T a) { return a < 0 ? T(0) - a : a; }

inline uint32_t mulHigh(uint32_t a, uint32_t b) { return uint32_t(uint64_t(a) * b >> 32); }
inline int32_t mulHigh(int32_t a, int32_t b) { return int32_t(int64_t(a) * b >> 32); }
inline uint64_t mulHigh(uint64_t a, uint64_t b) { return uint64_t((unsigned __int128)a * b >> 64); }
inline int64_t mulHigh(int64_t a, int64_t b) { return int64_t((__int128)a * b >> 64); }
inline uint16_t mulHigh(uint16_t a, uint16_t b) { return uint16_t(uint32_t(a) * b >> 16); }
inline int16_t mulHigh(int16_t a, int16_t b) { return int16_t(int32_t(a) * b >> 16); }

inline uint32_t funnelLeft(uint32_t low, uint32_t high,
    uint32_t n) { return uint32_t((uint64_t(high) << 32 | low) << n >> 32); }
inline uint32_t funnelRight(uint32_t low, uint32_t high,
    uint32_t n) { return uint32_t((uint64_t(high) << 32 | low) >> n); }

inline uint32_t leadingZeros(uint32_t a) { return a ? uint32_t(__builtin_clz(a)) : 32; }
inline uint32_t leadingZeros(uint64_t a) { return a ? uint32_t(__builtin_clzll(a)) : 64; }
inline uint32_t ones(uint32_t a) { return uint32_t(__builtin_popcount(a)); }
inline uint32_t ones(uint64_t a) { return uint32_t(__builtin_popcountll(a)); }
template <class T> inline T reversed(T a) {
  T result = 0;
  for (unsigned i = 0; i < sizeof(T) * 8; i++) result |= (a >> i & 1) << (sizeof(T) * 8 - 1 - i);
  return result;
}
// bfind: the highest bit that differs from the sign; all ones where there is none.
template <class T> inline uint32_t highestBit(T a, bool fromTop) {
  const auto value = a < 0 ? ~uint64_t(int64_t(a)) : uint64_t(a);
  if (value == 0) return 0xFFFFFFFF;
  const uint32_t position = 63 - uint32_t(__builtin_clzll(value));
  return fromTop ? uint32_t(sizeof(T) * 8) - 1 - position : position;
}

inline uint32_t permute(uint32_t a, uint32_t b, uint32_t selectors) {
  const uint64_t bytes = uint64_t(b) << 32 | a;
  uint32_t result = 0;
  for (int i = 0; i < 4; i++) {
    const uint32_t selector = selectors >> 4 * i & 15;
    const uint32_t byte = uint32_t(bytes >> 8 * (selector & 7)) & 0xFF;
    result |= ((selector & 8) != 0 ? (byte & 0x80 ? 0xFFu : 0u) : byte) << 8 * i;
  }
  return result;
}

// lop3: bit abc of the table is the result for those three bits.
inline uint32_t logic3(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
  uint32_t result = 0;
  for (int i = 0; i < 8; i++)
    if (table >> i & 1) result |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
  return result;
}

template <class T> inline T extractBits(T a, uint32_t position, uint32_t length) {
  position &= 255, length &= 255;
  constexpr uint32_t width = sizeof(T) * 8;
  if (length == 0) return 0;
  if (position >= width) return a < 0 ? T(-1) : T(0);
  const T shifted = a >> position;
  if (length >= width - position) return shifted;
  const uint64_t mask = (uint64_t(1) << length) - 1;
  const bool negative = T(-1) < 0 && (shifted >> (length - 1) & 1) != 0;
  return T((uint64_t(shifted) & mask) | (negative ? ~mask : 0));
}
template <class T> inline T insertBits(T field, T into, uint32_t position, uint32_t length) {
  position &= 255, length &= 255;
  constexpr uint32_t width = sizeof(T) * 8;
  if (length == 0 || position >= width) return into;
  const T mask = T((length >= width ? ~T(0) : (T(1) << length) - 1) << position);
  return T((into & ~mask) | (T(field << position) & mask));
}

// ---- floating point

// .ftz: subnormal operands and results are zeros of their sign.
inline float flush(float x) { return __builtin_fabsf(x) < 0x1p-126f ? __builtin_copysignf(0.0f, x) : x; }
// .sat: into [0, 1]; NaN gives 0.
template <class T> inline T saturate(T x) { return x > 0 ? (x < 1 ? x : T(1)) : T(0); }

// min and max: a NaN loses unless `nan`; -0 is less than +0.
template <class T> inline T least(T a, T b, bool nan) {
  if (a != a) return nan ? a : b;
  if (b != b) return nan ? b : a;
  return a == b ? (__builtin_signbit(a) ? a : b) : b < a ? b : a;
}
template <class T> inline T greatest(T a, T b, bool nan) {
  if (a != a) return nan ? a : b;
  if (b != b) return nan ? b : a;
  return a == b ? (__builtin_signbit(a) ? b : a) : a < b ? b : a;
}

// The sum of two doubles, exactly, as its nearest double and what is missing from it (Knuth's TwoSum).
struct ExactSum {
  double sum, rest;
  ExactSum(double a, double b) : sum(a + b) {
    const double part = sum - a;
    rest = (a - (sum - part)) + (b - part);
  }
};

// To an integer: beyond its range the nearest bound; NaN gives 0, or the highest bit alone where source or destination
// has 64 bits (PTX ISA, cvt).
template <class T, class From> inline T toInteger(From number) {
  const double x = number;
  constexpr bool isSigned = T(-1) < 0;
  constexpr T lowest = isSigned ? T(uint64_t(1) << (sizeof(T) * 8 - 1)) : T(0);
  constexpr T highest = T(~lowest);
  if (x != x) return sizeof(From) == 8 || sizeof(T) == 8 ? T(uint64_t(1) << (sizeof(T) * 8 - 1)) : T(0);
  if (x <= double(lowest)) return lowest;
  return x >= double(highest) ? highest : T(x);
}

// Integer to integer with .sat.
template <class To, class From> inline To clampInteger(From x) {
  constexpr bool isSigned = To(-1) < 0;
  constexpr __int128 lowest = isSigned ? -(__int128(1) << (sizeof(To) * 8 - 1)) : 0;
  constexpr __int128 highest = (__int128(1) << (sizeof(To) * 8 - isSigned)) - 1;
  return To(__int128(x) < lowest ? lowest : __int128(x) > highest ? highest : __int128(x));
}

inline float exp2Of(float x) { return exp2f(x); }
inline float log2Of(float x) { return log2f(x); }
inline float reciprocal(float x) { return 1.0f / x; }
inline double reciprocal(double x) { return 1.0 / x; }
inline float reciprocalRoot(float x) { return 1.0f / sqrtf(x); }
inline double reciprocalRoot(double x) { return 1.0 / sqrt(x); }

// ---- atomics: all CUDA threads share one thread of the processor, so reading and writing is enough

template <class T> inline T incremented(T old, T limit) { return old >= limit ? T(0) : T(old + 1); }
template <class T> inline T decremented(T old, T limit) { return old == 0 || old > limit ? limit : T(old - 1); }

}  // namespace tw
