// The operations of generated programs that C defines, for nvcc and the host's compiler alike; where C leaves a result
// undefined, it is defined here.
#include <stdint.h>
#include <string.h>
#include <math.h>

typedef int8_t i8;
typedef uint8_t u8;
typedef int16_t i16;
typedef uint16_t u16;
typedef int32_t i32;
typedef uint32_t u32;
typedef long long i64;
typedef unsigned long long u64;
typedef float f32;
typedef double f64;
typedef bool b1;
struct f16 { u16 bits; };
struct bf16 { u16 bits; };

// ---- inputs and results

template <class T> FN T input(const u32* row, int k) { return T(row[k]); }
template <> FN b1 input(const u32* row, int k) { return row[k] & 1; }
template <> FN i64 input(const u32* row, int k) { return i64(u64(row[k + 1]) << 32 | row[k]); }
template <> FN u64 input(const u32* row, int k) { return u64(row[k + 1]) << 32 | row[k]; }
template <> FN f32 input(const u32* row, int k) { f32 x; memcpy(&x, row + k, 4); return x; }
template <> FN f64 input(const u32* row, int k) {
  const u64 word = input<u64>(row, k);
  f64 x;
  memcpy(&x, &word, 8);
  return x;
}
template <> FN f16 input(const u32* row, int k) { return f16{u16(row[k])}; }
template <> FN bf16 input(const u32* row, int k) { return bf16{u16(row[k] >> 16)}; }

// A bit pattern as a value; what literals are.
template <class T> FN T literal(u64 bits) { return T(bits); }
template <> FN f32 literal(u64 bits) { const u32 word = u32(bits); f32 x; memcpy(&x, &word, 4); return x; }
template <> FN f64 literal(u64 bits) { f64 x; memcpy(&x, &bits, 8); return x; }
template <> FN f16 literal(u64 bits) { return f16{u16(bits)}; }
template <> FN bf16 literal(u64 bits) { return bf16{u16(bits)}; }

FN void put(u32* out, int k, u64 bits) { out[2 * k] = u32(bits); out[2 * k + 1] = u32(bits >> 32); }
FN void put(u32* out, int k, i64 x) { put(out, k, u64(x)); }
FN void put(u32* out, int k, b1 x) { put(out, k, u64(x)); }
FN void put(u32* out, int k, i8 x) { put(out, k, u64(i64(x))); }
FN void put(u32* out, int k, u8 x) { put(out, k, u64(x)); }
FN void put(u32* out, int k, i16 x) { put(out, k, u64(i64(x))); }
FN void put(u32* out, int k, u16 x) { put(out, k, u64(x)); }
FN void put(u32* out, int k, i32 x) { put(out, k, u64(i64(x))); }
FN void put(u32* out, int k, u32 x) { put(out, k, u64(x)); }
FN void put(u32* out, int k, f32 x) { u32 word; memcpy(&word, &x, 4); put(out, k, u64(word)); }
FN void put(u32* out, int k, f64 x) { u64 word; memcpy(&word, &x, 8); put(out, k, word); }
FN void put(u32* out, int k, f16 x) { put(out, k, u64(x.bits)); }
FN void put(u32* out, int k, bf16 x) { put(out, k, u64(x.bits)); }

// ---- integers: computed without a sign, since nvcc takes signed overflow as undefined; narrow ones not as int

template <class T> struct Wrapping { typedef u32 type; };
template <> struct Wrapping<i64> { typedef u64 type; };
template <> struct Wrapping<u64> { typedef u64 type; };
#define WRAPPING(a) typename Wrapping<T>::type(a)

template <class T> FN T add(T a, T b) { return T(WRAPPING(a) + WRAPPING(b)); }
template <class T> FN T sub(T a, T b) { return T(WRAPPING(a) - WRAPPING(b)); }
template <class T> FN T mul(T a, T b) { return T(WRAPPING(a) * WRAPPING(b)); }
template <class T> FN T mulAdd(T a, T b, T c) { return T(WRAPPING(a) * WRAPPING(b) + WRAPPING(c)); }
template <class T> FN T negate(T a) { return T(WRAPPING(0) - WRAPPING(a)); }
template <class T> FN T absolute(T a) { return a < 0 ? negate(a) : a; }
template <class T> FN b1 divides(T a, T b) { return b != 0 && !(T(-1) < 0 && b == T(-1)); }
template <class T> FN T quotient(T a, T b) { return divides(a, b) ? T(a / b) : negate(a); }
template <class T> FN T remainderOf(T a, T b) { return divides(a, b) ? T(a % b) : a; }
template <class T> FN T bitAnd(T a, T b) { return T(a & b); }
template <class T> FN T bitOr(T a, T b) { return T(a | b); }
template <class T> FN T bitXor(T a, T b) { return T(a ^ b); }
template <class T> FN T bitNot(T a) { return T(~a); }
template <class T> FN T shiftLeft(T a, u32 n) { return T(WRAPPING(a) << (n & (sizeof(T) * 8 - 1))); }
template <class T> FN T shiftRight(T a, u32 n) { return T(a >> (n & (sizeof(T) * 8 - 1))); }
template <class T> FN T rotate(T a, u32 n) {
  const u32 bits = sizeof(T) * 8;
  n &= bits - 1;
  return n == 0 ? a : T(WRAPPING(a) << n | WRAPPING(a) >> (bits - n));
}
template <class T> FN T field(T a, u32 at, u32 bits) {
  return T(a >> (at & (sizeof(T) * 8 - 1)) & ((T(1) << (bits & (sizeof(T) * 4 - 1))) - 1));
}
template <class T> FN T least(T a, T b) { return a < b ? a : b; }
template <class T> FN T greatest(T a, T b) { return a > b ? a : b; }

FN i32 mulWide(i16 a, i16 b) { return i32(a) * b; }
FN u32 mulWide(u16 a, u16 b) { return u32(a) * b; }
FN i64 mulWide(i32 a, i32 b) { return i64(a) * b; }
FN u64 mulWide(u32 a, u32 b) { return u64(a) * b; }
FN i32 mulWideAdd(i16 a, i16 b, i32 c) { return add(i32(a) * b, c); }
FN u32 mulWideAdd(u16 a, u16 b, u32 c) { return u32(a) * b + c; }
FN i64 mulWideAdd(i32 a, i32 b, i64 c) { return add(i64(a) * b, c); }
FN u64 mulWideAdd(u32 a, u32 b, u64 c) { return u64(a) * b + c; }
FN i32 mulSum(i8 a, i8 b, i8 c) { return i32(a) * b + c; }
FN i32 average(i32 a, i32 b) { return i32((i64(a) + b) >> 1); }
FN u32 average(u32 a, u32 b) { return u32((u64(a) + b + 1) >> 1); }

// 128 bits: the upper half of what they give depends on every carry.
typedef unsigned __int128 u128;
typedef __int128 i128;
FN u128 join(u64 high, u64 low) { return u128(high) << 64 | low; }
FN u64 upper(u128 a) { return u64(a >> 64); }
FN u64 addUpper(u64 a, u64 b, u64 c, u64 d) { return upper(join(a, b) + join(c, d)); }
FN u64 subUpper(u64 a, u64 b, u64 c, u64 d) { return upper(join(a, b) - join(c, d)); }
FN u64 mulUpper(u64 a, u64 b, u64 c, u64 d) { return upper(join(a, b) * join(c, d)); }
FN u64 mulAddUpper(u64 a, u64 b, u64 c) { return upper(u128(a) * b + c); }
FN i64 mulAddUpper(i64 a, i64 b, i64 c) { return i64((i128(a) * b + c) >> 64); }
FN u64 shiftUpper(u64 a, u64 b, u32 n) { return upper(join(a, b) << (n & 127)); }
FN u64 shiftLower(u64 a, u64 b, u32 n) { return u64(join(a, b) >> (n & 127)); }
FN b1 lessWide(u64 a, u64 b, u64 c, u64 d) { return join(a, b) < join(c, d); }

// ---- comparisons and choice

template <class T> FN b1 less(T a, T b) { return a < b; }
template <class T> FN b1 atMost(T a, T b) { return a <= b; }
template <class T> FN b1 greater(T a, T b) { return a > b; }
template <class T> FN b1 atLeast(T a, T b) { return a >= b; }
template <class T> FN b1 equal(T a, T b) { return a == b; }
template <class T> FN b1 differs(T a, T b) { return a != b; }
template <class T> FN b1 isNot(T a, T b) { return !(a < b); }
template <class T> FN b1 within(T a, T b, T c) { return a <= b && b < c; }
template <class T> FN T choose(b1 c, T a, T b) { return c ? a : b; }
FN b1 both(b1 a, b1 b) { return a && b; }
FN b1 either(b1 a, b1 b) { return a || b; }
FN b1 oneOf(b1 a, b1 b) { return a != b; }
FN b1 isFalse(b1 a) { return !a; }

// ---- conversions that C defines; of numbers out of range, 0

template <class To, class From> FN To cast(From a) { return To(a); }
template <class To, class From> FN To truncated(From x) {
  const f64 half = f64(u64(1) << (sizeof(To) * 8 - 1));
  const b1 fits = To(-1) < 0 ? f64(x) >= -half && f64(x) < half : f64(x) >= 0 && f64(x) < 2 * half;
  return fits ? To(x) : To(0);
}

// ---- floating point: a product is never fused with a sum; the bits of a NaN are not observed

template <class T> FN T plus(T a, T b) { return a + b; }
template <class T> FN T minus(T a, T b) { return a - b; }
template <class T> FN T over(T a, T b) { return a / b; }
template <class T> FN T opposite(T a) { return -a; }
FN f32 magnitude(f32 a) { return fabsf(a); }
FN f64 magnitude(f64 a) { return fabs(a); }
FN f32 root(f32 a) { return sqrtf(a); }
FN f64 root(f64 a) { return sqrt(a); }
FN f32 inverse(f32 a) { return 1.0f / a; }
FN f64 inverse(f64 a) { return 1.0 / a; }
FN f32 fused(f32 a, f32 b, f32 c) { return fmaf(a, b, c); }
FN f64 fused(f64 a, f64 b, f64 c) { return fma(a, b, c); }
FN f32 below(f32 a) { return floorf(a); }
FN f64 below(f64 a) { return floor(a); }
FN f32 above(f32 a) { return ceilf(a); }
FN f64 above(f64 a) { return ceil(a); }
FN f32 whole(f32 a) { return truncf(a); }
FN f64 whole(f64 a) { return trunc(a); }
FN f32 nearest(f32 a) { return rintf(a); }
FN f64 nearest(f64 a) { return rint(a); }
FN f32 withSign(f32 a, f32 b) { return copysignf(a, b != b ? 1.0f : b); }
FN f64 withSign(f64 a, f64 b) { return copysign(a, b != b ? 1.0 : b); }
FN u32 bitsOf(f32 x) {
  u32 word;
  memcpy(&word, &x, 4);
  return (word & 0x7FFFFFFF) > 0x7F800000 ? 0x7FFFFFFFu : word;
}
FN u64 bitsOf(f64 x) {
  u64 word;
  memcpy(&word, &x, 8);
  return (word & 0x7FFFFFFFFFFFFFFFull) > 0x7FF0000000000000ull ? 0x7FFFFFFFFFFFFFFFull : word;
}
FN u16 bitsOf(f16 x) { return (x.bits & 0x7FFF) > 0x7C00 ? u16(0x7FFF) : x.bits; }
FN u16 bitsOf(bf16 x) { return (x.bits & 0x7FFF) > 0x7F80 ? u16(0x7FFF) : x.bits; }

// ---- memory: an element that is found through a pointer, in a function of its own

template <class T> NOINLINE T element(const T* from, u32 i) { return from[i]; }
