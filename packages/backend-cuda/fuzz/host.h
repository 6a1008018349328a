// The operations of generated programs that C does not have, for the host, written from the words of the CUDA and PTX
// manuals. Nothing here is shared with the runtime.
#include <fenv.h>
#include <stdint.h>
#define FN inline
#define NOINLINE __attribute__((noinline))
#include "common.h"

// ---- bits

template <class T> FN u32 bitCount(T) { return sizeof(T) * 8; }
template <class T> FN u32 ones(T a) {
  u32 count = 0;
  for (u32 i = 0; i < bitCount(a); i++) count += u32(a >> i & 1);
  return count;
}
template <class T> FN u32 zerosAbove(T a) {
  for (u32 i = 0; i < bitCount(a); i++)
    if (a >> (bitCount(a) - 1 - i) & 1) return i;
  return bitCount(a);
}
template <class T> FN u32 firstSet(T a) {
  for (u32 i = 0; i < bitCount(a); i++)
    if (a >> i & 1) return i + 1;
  return 0;
}
template <class T> FN T mirrored(T a) {
  T result = 0;
  for (u32 i = 0; i < bitCount(a); i++) result = T(result << 1 | (a >> i & 1));
  return result;
}
FN u32 byteAt(u64 from, u32 i) { return u32(from >> 8 * (i & 7)) & 255; }
FN u32 pickByte(u64 from, u32 selector) {
  const u32 byte = byteAt(from, selector);
  return selector & 8 ? (byte & 128 ? 255 : 0) : byte;
}
FN u32 fourBytes(u32 a, u32 b, u32 c, u32 d) { return a | b << 8 | c << 16 | d << 24; }
FN u64 concatenated(u32 low, u32 high) { return u64(high) << 32 | low; }
FN u32 bytesOrSigns(u32 a, u32 b, u32 s) {
  const auto byte = [&](int i) { return pickByte(concatenated(a, b), s >> 4 * i); };
  return fourBytes(byte(0), byte(1), byte(2), byte(3));
}
FN u32 bytesPicked(u32 a, u32 b, u32 s) { return bytesOrSigns(a, b, s & 0x7777); }
FN u32 bytesForward(u32 a, u32 b, u32 s) { return u32(concatenated(a, b) >> 8 * (s & 3)); }
FN u32 bytesBackward(u32 a, u32 b, u32 s) {
  const u64 all = concatenated(a, b);
  s &= 3;
  return fourBytes(byteAt(all, s), byteAt(all, s + 7), byteAt(all, s + 6), byteAt(all, s + 5));
}
FN u32 byteReplicated(u32 a, u32, u32 s) { return byteAt(a, s & 3) * 0x01010101u; }
FN u32 clampedByte(u64 all, u32 i, u32 low, u32 high) { return byteAt(all, i < low ? low : i > high ? high : i); }
FN u32 bytesClampedLeft(u32 a, u32, u32 s) {
  s &= 3;
  return fourBytes(clampedByte(a, 0, s, 3), clampedByte(a, 1, s, 3), clampedByte(a, 2, s, 3), clampedByte(a, 3, s, 3));
}
FN u32 bytesClampedRight(u32 a, u32, u32 s) {
  s &= 3;
  return fourBytes(clampedByte(a, 0, 0, s), clampedByte(a, 1, 0, s), clampedByte(a, 2, 0, s), clampedByte(a, 3, 0, s));
}
FN u32 pairReplicated(u32 a, u32, u32 s) { return (s & 1 ? a >> 16 : a & 0xFFFF) * 0x00010001u; }
FN u32 funnelLeftBy(u32 low, u32 high, u32 n) { return n == 0 ? high : n == 32 ? low : high << n | low >> (32 - n); }
FN u32 funnelRightBy(u32 low, u32 high, u32 n) { return n == 0 ? low : n == 32 ? high : low >> n | high << (32 - n); }
FN u32 funnelLeft(u32 low, u32 high, u32 n) { return funnelLeftBy(low, high, n & 31); }
FN u32 funnelRight(u32 low, u32 high, u32 n) { return funnelRightBy(low, high, n & 31); }
FN u32 funnelLeftClamped(u32 low, u32 high, u32 n) { return funnelLeftBy(low, high, n > 32 ? 32 : n); }
FN u32 funnelRightClamped(u32 low, u32 high, u32 n) { return funnelRightBy(low, high, n > 32 ? 32 : n); }
// The position of the n-th set bit from the base on, upwards for n > 0, downwards for n < 0, itself for 0.
FN u32 nthSet(u32 mask, u32 base, i32 offset) {
  base &= 31;
  if (offset == 0) return mask >> base & 1 ? base : ~0u;
  i32 left = offset > 0 ? offset : offset == INT32_MIN ? INT32_MAX : -offset;
  for (i32 i = i32(base); i >= 0 && i < 32; i += offset > 0 ? 1 : -1)
    if ((mask >> i & 1) && --left == 0) return u32(i);
  return ~0u;
}
template <class T> FN u32 highestSet(T a) {
  const b1 unlike = a < 0 ? 0 : 1;
  for (u32 i = bitCount(a); i-- > 0;)
    if ((a >> i & 1) == unlike) return i;
  return ~0u;
}
template <class T> FN u32 shiftToHighest(T a) {
  const u32 at = highestSet(a);
  return at == ~0u ? at : bitCount(a) - 1 - at;
}
template <class T> FN T shiftLeftClamped(T a, u32 n) { return n >= bitCount(a) ? T(0) : T(u64(a) << n); }
template <class T> FN T shiftRightClamped(T a, u32 n) { return T(a >> (n >= bitCount(a) ? bitCount(a) - 1 : n))
    & (n >= bitCount(a) && T(-1) > 0 ? T(0) : T(-1)); }
// The PTX manual's own description of bfe and bfi, bit by bit.
template <class T> FN T extracted(T a, u32 at, u32 length) {
  const i32 msb = i32(bitCount(a)) - 1, pos = i32(at & 255), len = i32(length & 255);
  u64 sign = 0, result = 0;
  if (T(-1) < 0 && len != 0) sign = a >> (pos + len - 1 < msb ? pos + len - 1 : msb) & 1;
  for (i32 i = 0; i <= msb; i++) result |= (i < len && pos + i <= msb ? u64(a >> (pos + i) & 1) : sign) << i;
  return T(result);
}
template <class T> FN T inserted(T a, T into, u32 at, u32 length) {
  const i32 msb = i32(bitCount(a)) - 1, pos = i32(at & 255), len = i32(length & 255);
  for (i32 i = 0; i < len && pos + i <= msb; i++)
    into = T((into & ~(T(1) << (pos + i))) | (a >> i & 1) << (pos + i));
  return into;
}
template <int table> FN u32 logic(u32 a, u32 b, u32 c) {
  u32 result = 0;
  for (int i = 0; i < 32; i++) result |= u32(table >> ((a >> i & 1) * 4 + (b >> i & 1) * 2 + (c >> i & 1)) & 1) << i;
  return result;
}
FN u32 maskOf(u32 at, u32 length) { return u32(((u64(1) << length) - 1) << at); }
FN u32 maskClamped(u32 a, u32 b) { return a >= 32 ? 0 : maskOf(a, b > 32 ? 32 : b); }
FN u32 maskWrapped(u32 a, u32 b) { return maskOf(a & 31, b & 31); }
FN u32 extended(u32 a, u32 n, b1 isSigned) {
  if (n >= 32) return a;
  if (n == 0) return 0;
  const u32 low = a & ((1u << n) - 1);
  return isSigned && (a >> (n - 1) & 1) ? low | ~0u << n : low;
}
FN i32 extendedClamped(i32 a, u32 n) { return i32(extended(u32(a), n, true)); }
FN u32 extendedClamped(u32 a, u32 n) { return extended(a, n, false); }
FN i32 extendedWrapped(i32 a, u32 n) { return i32(extended(u32(a), n & 31, true)); }
template <class T> FN T isZero(T a) { return a == 0 ? 1 : 0; }

// ---- integers: exactly in 128 bits, then the part that is wanted

template <class T> FN T mulHigh(T a, T b) {
  return sizeof(T) == 8 && T(-1) > 0 ? T(u128(a) * u128(b) >> 64) : T(i128(a) * i128(b) >> bitCount(a));
}
template <class T> FN T mulHighAdd(T a, T b, T c) { return add(mulHigh(a, b), c); }
template <class T> FN T saturated(i128 exact) {
  const i128 low = T(-1) < 0 ? -(i128(1) << (sizeof(T) * 8 - 1)) : 0;
  const i128 high = (i128(1) << (sizeof(T) * 8 - (T(-1) < 0))) - 1;
  return T(exact < low ? low : exact > high ? high : exact);
}
FN i32 mulHighAddSaturated(i32 a, i32 b, i32 c) { return saturated<i32>(i128(mulHigh(a, b)) + c); }
FN i64 low24(i32 a) { return (a & 0xFFFFFF) - (a & 0x800000 ? 0x1000000 : 0); }
FN i64 low24(u32 a) { return a & 0xFFFFFF; }
FN i32 mul24(i32 a, i32 b) { return i32(u32(low24(a) * low24(b))); }
FN u32 mul24(u32 a, u32 b) { return u32(low24(a) * low24(b)); }
FN i32 mul24High(i32 a, i32 b) { return i32(low24(a) * low24(b) >> 16); }
FN u32 mul24Add(u32 a, u32 b, u32 c) { return u32(low24(a) * low24(b)) + c; }
template <class T, class U> FN U distance(T a, T b, U c) { return U(c + U(a < b ? U(b) - U(a) : U(a) - U(b))); }
FN i32 addSaturated(i32 a, i32 b) { return saturated<i32>(i128(a) + b); }
FN i32 subSaturated(i32 a, i32 b) { return saturated<i32>(i128(a) - b); }
FN i32 byteOf(i32 a, int i) { return i8(a >> 8 * i); }
FN i32 byteOf(u32 a, int i) { return u8(a >> 8 * i); }
FN i32 dotBytesMixed(u32 a, i32 b, i32 c) {
  for (int i = 0; i < 4; i++) c = add(c, byteOf(a, i) * byteOf(b, i));
  return c;
}
FN i32 dotBytes(i32 a, i32 b, i32 c) {
  for (int i = 0; i < 4; i++) c = add(c, byteOf(a, i) * byteOf(b, i));
  return c;
}
FN u32 dotBytes(u32 a, u32 b, u32 c) {
  for (int i = 0; i < 4; i++) c += u32(byteOf(a, i) * byteOf(b, i));
  return c;
}
FN i32 dotPairLow(i32 a, i32 b, i32 c) { return add(add(c, i16(a) * byteOf(b, 0)), i16(a >> 16) * byteOf(b, 1)); }
FN u32 dotPairHigh(u32 a, u32 b, u32 c) { return c + (a & 0xFFFF) * u32(byteOf(b, 2)) + (a >> 16) * u32(byteOf(b, 3)); }
template <class T> FN T chosenBySign(T a, T b, i32 c) { return c >= 0 ? a : b; }
FN f32 chosenBySign(f32 a, f32 b, f32 c) { return c >= 0 ? a : b; }
FN u32 clampedToByte(i32 a) { return saturated<u8>(a); }
FN i16 clampedToShort(i64 a) { return saturated<i16>(a); }
FN i32 clampedToWord(u32 a) { return saturated<i32>(a); }
FN u32 clampedToWord(i64 a) { return saturated<u32>(a); }
FN u64 clampedToUnsigned(i64 a) { return saturated<u64>(a); }

// ---- comparisons

template <class T> FN b1 anyNan(T a, T b) { return a != a || b != b; }
template <class T> FN b1 areNumbers(T a, T b) { return !anyNan(a, b); }
template <class T> FN b1 lessPtx(T a, T b) { return areNumbers(a, b) && a < b; }
template <class T> FN b1 differsPtx(T a, T b) { return areNumbers(a, b) && a != b; }
template <class T> FN b1 equalOrNan(T a, T b) { return anyNan(a, b) || a == b; }
template <class T> FN b1 differsOrNan(T a, T b) { return anyNan(a, b) || a != b; }
template <class T> FN b1 lessOrNan(T a, T b) { return anyNan(a, b) || a < b; }
template <class T> FN b1 atMostOrNan(T a, T b) { return anyNan(a, b) || a <= b; }
template <class T> FN b1 greaterOrNan(T a, T b) { return anyNan(a, b) || a > b; }
template <class T> FN b1 atLeastOrNan(T a, T b) { return anyNan(a, b) || a >= b; }
FN u32 joinedBits(b1 p, b1 q) { return u32(p) + (q ? 2 : 0) + (p ? 0 : 4); }
FN u32 lessAnd(i32 a, i32 b, b1 c) { return joinedBits(a < b && c, !(a < b) && c); }
FN u32 lessOr(u64 a, u64 b, b1 c) { return joinedBits(a < b || c, !(a < b) || c); }
FN u32 equalXor(f32 a, f32 b, b1 c) { return joinedBits((a == b) != c, !(a == b) != c); }
FN u32 lessNanAnd(f64 a, f64 b, b1 c) { return joinedBits(lessOrNan(a, b) && c, !lessOrNan(a, b) && c); }
FN u32 setLess(f32 a, f32 b) { return a < b ? ~0u : 0; }
FN f32 setLess(i32 a, i32 b) { return a < b ? 1.0f : 0.0f; }
FN u32 setDiffers(f64 a, f64 b) { return differsOrNan(a, b) ? ~0u : 0; }
template <class T> FN b1 isNan(T a) { return a != a; }
template <class T> FN b1 isNumber(T a) { return a == a; }
template <class T> FN b1 isInfinite(T a) { return __builtin_isinf(a); }
template <class T> FN b1 isFinite(T a) { return __builtin_isfinite(a); }
template <class T> FN b1 isNormal(T a) { return __builtin_isnormal(a) || a == 0; }
template <class T> FN b1 isSubnormal(T a) { return isFinite(a) && !isNormal(a); }

// ---- floating point

template <class T> FN T product(T a, T b) { return a * b; }
template <class T> FN b1 precedes(T a, T b) { return a < b || (a == b && signbit(a) && !signbit(b)); }
template <class T> FN T lesser(T a, T b) { return a != a ? b : b != b ? a : precedes(b, a) ? b : a; }
template <class T> FN T larger(T a, T b) { return a != a ? b : b != b ? a : precedes(a, b) ? b : a; }
template <class T> FN T lesserOrNan(T a, T b) { return anyNan(a, b) ? T(NAN) : lesser(a, b); }
template <class T> FN T largerOrNan(T a, T b) { return anyNan(a, b) ? T(NAN) : larger(a, b); }
FN f32 unitClamped(f32 a) { return a != a || a <= 0 ? 0.0f : a >= 1 ? 1.0f : a; }
FN f32 addUnitClamped(f32 a, f32 b) { return unitClamped(a + b); }
FN f32 fusedUnitClamped(f32 a, f32 b, f32 c) { return unitClamped(fmaf(a, b, c)); }
FN f32 halfWay(f32 a) { return unitClamped(rintf(a)); }

constexpr int rn = FE_TONEAREST, rz = FE_TOWARDZERO, ru = FE_UPWARD, rd = FE_DOWNWARD;
template <int mode, class T, class F> NOINLINE T rounded(F compute) {
  fesetround(mode);
  volatile T result = compute();
  fesetround(FE_TONEAREST);
  return result;
}
// Operands are volatile, so that nothing is computed before the rounding is set.
#define ROUNDED1(name, R, A, expression) \
  FN R name(A x) { volatile A a = x; return rounded<MODE, R>([&]() -> R { return expression; }); }
#define ROUNDED2(name, T, expression) \
  FN T name(T x, T y) { volatile T a = x, b = y; return rounded<MODE, T>([&]() -> T { return expression; }); }
#define ROUNDED3(name, T, expression) \
  FN T name(T x, T y, T z) { \
    volatile T a = x, b = y, c = z; \
    return rounded<MODE, T>([&]() -> T { return expression; }); \
  }
#define DIRECTED(to) \
  ROUNDED2(plus_##to, f32, a + b) ROUNDED2(plus_##to, f64, a + b) ROUNDED2(minus_##to, f32, a - b) \
  ROUNDED2(minus_##to, f64, a - b) ROUNDED2(product_##to, f32, a * b) ROUNDED2(product_##to, f64, a * b) \
  ROUNDED2(over_##to, f32, a / b) ROUNDED2(over_##to, f64, a / b) ROUNDED3(fused_##to, f32, fmaf(a, b, c)) \
  ROUNDED3(fused_##to, f64, fma(a, b, c)) ROUNDED1(root_##to, f32, f32, sqrtf(a)) \
  ROUNDED1(root_##to, f64, f64, sqrt(a)) \
  ROUNDED1(inverse_##to, f32, f32, 1.0f / a) ROUNDED1(inverse_##to, f64, f64, 1.0 / a) \
  ROUNDED1(toSingle_##to, f32, f64, f32(a)) ROUNDED1(toSingle_##to, f32, i32, f32(a)) \
  ROUNDED1(toSingle_##to, f32, u32, f32(a)) ROUNDED1(toSingle_##to, f32, i64, f32(a)) \
  ROUNDED1(toSingle_##to, f32, u64, f32(a)) ROUNDED1(toDouble_##to, f64, i64, f64(a)) \
  ROUNDED1(toDouble_##to, f64, u64, f64(a))
#define MODE rn
DIRECTED(rn)
#undef MODE
#define MODE rz
DIRECTED(rz)
#undef MODE
#define MODE ru
DIRECTED(ru)
#undef MODE
#define MODE rd
DIRECTED(rd)

// PTX ISA, cvt: of a NaN 0 if the source is no f64 and the destination has no 64 bits, else the bit of the sign alone.
template <class To> FN To toInteger(f64 whole, b1 fromDouble) {
  const f64 half = f64(u64(1) << (sizeof(To) * 8 - 1));
  const To lowest = To(-1) < 0 ? To(u64(1) << (sizeof(To) * 8 - 1)) : To(0);
  if (whole != whole) return fromDouble || sizeof(To) == 8 ? To(u64(1) << (sizeof(To) * 8 - 1)) : To(0);
  if (whole <= (To(-1) < 0 ? -half : 0.0)) return lowest;
  return whole >= (To(-1) < 0 ? half : 2 * half) ? To(~lowest) : To(whole);
}

#include "host-half.h"
