// f16 and bf16: 16 bits in a register, computed in float and rounded once more. For + - * that is the correctly rounded
// result, since a float has more than twice their digits; for fma see below.
#pragma once
#include "numbers.h"

namespace tw {

struct F16 {
  static float load(uint16_t x) { return float(bits<_Float16>(x)); }
  static uint16_t store(float x) { return x != x ? 0x7FFF : bits<uint16_t>(_Float16(x)); }
  static uint16_t store(double x) { return x != x ? 0x7FFF : bits<uint16_t>(_Float16(x)); }
  static uint16_t storeTowardsZero(float x) {
    const uint16_t nearest = store(x);
    return x == x && fabsf(load(nearest)) > fabsf(x) ? nearest - 1 : nearest;
  }
};

struct BF16 {
  static float load(uint16_t x) { return bits<float>(uint32_t(x) << 16); }
  static uint16_t store(float x) {
    const uint32_t word = bits<uint32_t>(x);
    return x != x ? 0x7FFF : uint16_t((word + 0x7FFF + (word >> 16 & 1)) >> 16);
  }
  static uint16_t storeTowardsZero(float x) { return x != x ? 0x7FFF : uint16_t(bits<uint32_t>(x) >> 16); }
  static uint16_t store(double x) {
    // Rounded to odd first: an inexact float with its last bit set rounds to 16 bits as the double would have.
    const float nearest = float(x);
    if (double(nearest) == x || x != x || __builtin_isinf(nearest)) return store(nearest);
    const uint32_t word = bits<uint32_t>(nearest);
    const bool tooGreat = __builtin_fabs(double(nearest)) > __builtin_fabs(x);
    return store(bits<float>((tooGreat ? word - 1 : word) | 1));
  }
};

template <class H> inline uint16_t addHalf(uint16_t a, uint16_t b) { return H::store(H::load(a) + H::load(b)); }
template <class H> inline uint16_t subHalf(uint16_t a, uint16_t b) { return H::store(H::load(a) - H::load(b)); }
template <class H> inline uint16_t mulHalf(uint16_t a, uint16_t b) { return H::store(H::load(a) * H::load(b)); }
template <class H> inline uint16_t minHalf(uint16_t a, uint16_t b, bool nan = false) {
  return H::store(least(H::load(a), H::load(b), nan));
}
template <class H> inline uint16_t maxHalf(uint16_t a, uint16_t b, bool nan = false) {
  return H::store(greatest(H::load(a), H::load(b), nan));
}
template <class H> inline uint16_t saturateHalf(uint16_t a) { return H::store(saturate(H::load(a))); }
template <class H> inline uint16_t fmaHalf(uint16_t a, uint16_t b, uint16_t c) {
  // The product is an exact double. Where the sum is not, its last bit is made odd, so that the rounding that follows
  // sees on which side of a tie it lies.
  const ExactSum exact(double(H::load(a)) * double(H::load(b)), double(H::load(c)));
  uint64_t word = bits<uint64_t>(exact.sum);
  if (exact.rest != 0 && exact.rest == exact.rest && (word & 1) == 0) word += (exact.rest > 0) == (exact.sum > 0) ? 1
      : -1;
  return H::store(bits<double>(word));
}
template <class H> inline uint16_t negHalf(uint16_t a) { return a ^ 0x8000; }
template <class H> inline uint16_t absHalf(uint16_t a) { return a & 0x7FFF; }
template <class H> inline uint16_t ex2Half(uint16_t a) { return H::store(exp2f(H::load(a))); }
template <class H> inline uint16_t tanhHalf(uint16_t a) { return H::store(tanhf(H::load(a))); }

inline uint32_t packed(uint16_t low, uint16_t high) { return uint32_t(high) << 16 | low; }
inline uint16_t lowHalf(uint32_t x) { return uint16_t(x); }
inline uint16_t highHalf(uint32_t x) { return uint16_t(x >> 16); }

}  // namespace tw
