// Integer instructions that C++ has no operator for, after the pseudo code of the PTX manual.
#pragma once
#include "numbers.h"

namespace tw {

// add and sub with the carry that the thread's last `.cc` instruction wrote; null where this one writes none.
template <class T> inline T addCarried(T a, T b, bool carry, bool* out) {
  T sum;
  const bool first = __builtin_add_overflow(a, b, &sum), second = __builtin_add_overflow(sum, T(carry), &sum);
  if (out) *out = first || second;
  return sum;
}
template <class T> inline T subBorrowed(T a, T b, bool borrow, bool* out) {
  T rest;
  const bool first = __builtin_sub_overflow(a, b, &rest), second = __builtin_sub_overflow(rest, T(borrow), &rest);
  if (out) *out = first || second;
  return rest;
}

inline int64_t low24(int32_t a) { return int32_t(uint32_t(a) << 8) >> 8; }
inline uint64_t low24(uint32_t a) { return a & 0xFFFFFF; }

template <class T, class U> inline U absoluteDifference(T a, T b) { return a < b ? U(b) - U(a) : U(a) - U(b); }

// dp4a: four bytes by four bytes. dp2a: two halfwords by two bytes, the lower or the upper ones.
template <class A, class B> inline uint32_t dotBytes(uint32_t a, uint32_t b) {
  uint32_t sum = 0;
  for (int i = 0; i < 4; i++) sum += uint32_t(int32_t(A(a >> 8 * i)) * int32_t(B(b >> 8 * i)));
  return sum;
}
template <class A, class B> inline uint32_t dotPair(uint32_t a, uint32_t b) {
  return uint32_t(int32_t(A(a)) * int32_t(B(b))) + uint32_t(int32_t(A(a >> 16)) * int32_t(B(b >> 8)));
}

// fns: the offset-th set bit from the base on, downwards for negative offsets.
inline uint32_t nthSet(uint32_t mask, uint32_t base, int32_t offset) {
  if (offset == 0) return base < 32 && (mask >> base & 1) ? base : 0xFFFFFFFF;
  const int step = offset > 0 ? 1 : -1;
  int64_t count = offset > 0 ? int64_t(offset) : -int64_t(offset);
  for (int64_t at = base; at >= 0 && at < 32; at += step)
    if ((mask >> at & 1) && --count == 0) return uint32_t(at);
  return 0xFFFFFFFF;
}

inline uint32_t bitMask(uint32_t position, uint32_t width, bool clamps) {
  if (!clamps) position &= 31, width &= 31;
  if (position >= 32) return 0;
  return uint32_t(((uint64_t(1) << least<uint32_t>(width, 32)) - 1) << position);
}

template <class T> inline T extended(T a, uint32_t width, bool clamps) {
  if (!clamps) width &= 31;
  return extractBits<T>(a, 0, least<uint32_t>(width, 32));
}

// prmt's modes besides the selectors: b4e counts down where f4e counts up; rc repeats; ec stops at a byte.
enum class Permute { f4e, b4e, rc8, ecl, ecr, rc16 };
inline uint32_t permuteAs(Permute mode, uint32_t a, uint32_t b, uint32_t selector) {
  const uint32_t s = selector & 3;
  const auto byteOf = [&](uint32_t i) -> uint32_t {
    switch (mode) {
      case Permute::f4e: return s + i;
      case Permute::b4e: return (s - i) & 7;
      case Permute::rc8: return s;
      case Permute::ecl: return i > s ? i : s;
      case Permute::ecr: return i < s ? i : s;
      case Permute::rc16: return 2 * (s & 1) + (i & 1);
    }
    return 0;
  };
  return permute(a, b, byteOf(0) | byteOf(1) << 4 | byteOf(2) << 8 | byteOf(3) << 12);
}

}  // namespace tw
