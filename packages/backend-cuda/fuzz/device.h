// What host.h defines, as CUDA has it: intrinsics, and PTX where no intrinsic gives the instruction.
#define FN __device__ __forceinline__
#define NOINLINE __device__ __noinline__
#include "common.h"

// What inline assembly holds of a value: of a half its bits.
template <class T> struct Raw { typedef T type; };
template <> struct Raw<f16> { typedef u16 type; };
template <> struct Raw<bf16> { typedef u16 type; };
template <class T> FN T raw(T x) { return x; }
FN u16 raw(f16 x) { return x.bits; }
FN u16 raw(bf16 x) { return x.bits; }

// A function of one, two or three operands that is one instruction; the letters are the constraints of inline assembly.
#define PTX1(name, R, A, ptx, r, a) \
  FN R name(A x) { Raw<R>::type d; asm(ptx " %0, %1;" : r(d) : a(raw(x))); return R{d}; }
#define PTX2(name, R, A, B, ptx, r, a, b) \
  FN R name(A x, B y) { Raw<R>::type d; asm(ptx " %0, %1, %2;" : r(d) : a(raw(x)), b(raw(y))); return R{d}; }
#define PTX3(name, R, A, B, C, ptx, r, a, b, c) \
  FN R name(A x, B y, C z) { \
    Raw<R>::type d; \
    asm(ptx " %0, %1, %2, %3;" : r(d) : a(raw(x)), b(raw(y)), c(raw(z))); \
    return R{d}; \
  }

// ---- bits

FN u32 ones(u32 a) { return __popc(a); }
FN u32 ones(u64 a) { return __popcll(a); }
FN u32 zerosAbove(u32 a) { return __clz(a); }
FN u32 zerosAbove(u64 a) { return __clzll(a); }
FN u32 firstSet(u32 a) { return __ffs(a); }
FN u32 firstSet(u64 a) { return __ffsll(a); }
FN u32 mirrored(u32 a) { return __brev(a); }
FN u64 mirrored(u64 a) { return __brevll(a); }
FN u32 bytesPicked(u32 a, u32 b, u32 s) { return __byte_perm(a, b, s); }
FN u32 funnelLeft(u32 low, u32 high, u32 n) { return __funnelshift_l(low, high, n); }
FN u32 funnelRight(u32 low, u32 high, u32 n) { return __funnelshift_r(low, high, n); }
FN u32 funnelLeftClamped(u32 low, u32 high, u32 n) { return __funnelshift_lc(low, high, n); }
FN u32 funnelRightClamped(u32 low, u32 high, u32 n) { return __funnelshift_rc(low, high, n); }
FN u32 nthSet(u32 mask, u32 base, i32 offset) { return __fns(mask, base & 31, offset); }
PTX1(highestSet, u32, u32, "bfind.u32", "=r", "r")
PTX1(highestSet, u32, i32, "bfind.s32", "=r", "r")
PTX1(highestSet, u32, u64, "bfind.u64", "=r", "l")
PTX1(highestSet, u32, i64, "bfind.s64", "=r", "l")
PTX1(shiftToHighest, u32, u32, "bfind.shiftamt.u32", "=r", "r")
PTX1(shiftToHighest, u32, i64, "bfind.shiftamt.s64", "=r", "l")
PTX2(shiftLeftClamped, u16, u16, u32, "shl.b16", "=h", "h", "r")
PTX2(shiftLeftClamped, u32, u32, u32, "shl.b32", "=r", "r", "r")
PTX2(shiftLeftClamped, u64, u64, u32, "shl.b64", "=l", "l", "r")
PTX2(shiftRightClamped, i16, i16, u32, "shr.s16", "=h", "h", "r")
PTX2(shiftRightClamped, u16, u16, u32, "shr.u16", "=h", "h", "r")
PTX2(shiftRightClamped, i32, i32, u32, "shr.s32", "=r", "r", "r")
PTX2(shiftRightClamped, u32, u32, u32, "shr.u32", "=r", "r", "r")
PTX2(shiftRightClamped, i64, i64, u32, "shr.s64", "=l", "l", "r")
PTX2(shiftRightClamped, u64, u64, u32, "shr.u64", "=l", "l", "r")
PTX3(extracted, u32, u32, u32, u32, "bfe.u32", "=r", "r", "r", "r")
PTX3(extracted, i32, i32, u32, u32, "bfe.s32", "=r", "r", "r", "r")
PTX3(extracted, u64, u64, u32, u32, "bfe.u64", "=l", "l", "r", "r")
PTX3(extracted, i64, i64, u32, u32, "bfe.s64", "=l", "l", "r", "r")
FN u32 inserted(u32 a, u32 into, u32 at, u32 n) {
  u32 d;
  asm("bfi.b32 %0, %1, %2, %3, %4;" : "=r"(d) : "r"(a), "r"(into), "r"(at), "r"(n));
  return d;
}
FN u64 inserted(u64 a, u64 into, u32 at, u32 n) {
  u64 d;
  asm("bfi.b64 %0, %1, %2, %3, %4;" : "=l"(d) : "l"(a), "l"(into), "r"(at), "r"(n));
  return d;
}
PTX3(bytesOrSigns, u32, u32, u32, u32, "prmt.b32", "=r", "r", "r", "r")
PTX3(bytesForward, u32, u32, u32, u32, "prmt.b32.f4e", "=r", "r", "r", "r")
PTX3(bytesBackward, u32, u32, u32, u32, "prmt.b32.b4e", "=r", "r", "r", "r")
PTX3(byteReplicated, u32, u32, u32, u32, "prmt.b32.rc8", "=r", "r", "r", "r")
PTX3(bytesClampedLeft, u32, u32, u32, u32, "prmt.b32.ecl", "=r", "r", "r", "r")
PTX3(bytesClampedRight, u32, u32, u32, u32, "prmt.b32.ecr", "=r", "r", "r", "r")
PTX3(pairReplicated, u32, u32, u32, u32, "prmt.b32.rc16", "=r", "r", "r", "r")
template <int table> FN u32 logic(u32 a, u32 b, u32 c) {
  u32 d;
  asm("lop3.b32 %0, %1, %2, %3, %4;" : "=r"(d) : "r"(a), "r"(b), "r"(c), "n"(table));
  return d;
}
PTX2(maskClamped, u32, u32, u32, "bmsk.clamp.b32", "=r", "r", "r")
PTX2(maskWrapped, u32, u32, u32, "bmsk.wrap.b32", "=r", "r", "r")
PTX2(extendedClamped, i32, i32, u32, "szext.clamp.s32", "=r", "r", "r")
PTX2(extendedClamped, u32, u32, u32, "szext.clamp.u32", "=r", "r", "r")
PTX2(extendedWrapped, i32, i32, u32, "szext.wrap.s32", "=r", "r", "r")
PTX1(isZero, u16, u16, "cnot.b16", "=h", "h")
PTX1(isZero, u32, u32, "cnot.b32", "=r", "r")
PTX1(isZero, u64, u64, "cnot.b64", "=l", "l")

// ---- integers

FN i32 mulHigh(i32 a, i32 b) { return __mulhi(a, b); }
FN u32 mulHigh(u32 a, u32 b) { return __umulhi(a, b); }
FN i64 mulHigh(i64 a, i64 b) { return __mul64hi(a, b); }
FN u64 mulHigh(u64 a, u64 b) { return __umul64hi(a, b); }
PTX2(mulHigh, i16, i16, i16, "mul.hi.s16", "=h", "h", "h")
PTX2(mulHigh, u16, u16, u16, "mul.hi.u16", "=h", "h", "h")
PTX3(mulHighAdd, i32, i32, i32, i32, "mad.hi.s32", "=r", "r", "r", "r")
PTX3(mulHighAdd, u64, u64, u64, u64, "mad.hi.u64", "=l", "l", "l", "l")
PTX3(mulHighAddSaturated, i32, i32, i32, i32, "mad.hi.sat.s32", "=r", "r", "r", "r")
FN i32 mul24(i32 a, i32 b) { return __mul24(a, b); }
FN u32 mul24(u32 a, u32 b) { return __umul24(a, b); }
PTX2(mul24High, i32, i32, i32, "mul24.hi.s32", "=r", "r", "r")
PTX3(mul24Add, u32, u32, u32, u32, "mad24.lo.u32", "=r", "r", "r", "r")
FN u32 distance(i32 a, i32 b, u32 c) { return __sad(a, b, c); }
FN u32 distance(u32 a, u32 b, u32 c) { return __usad(a, b, c); }
PTX3(distance, u16, u16, u16, u16, "sad.u16", "=h", "h", "h", "h")
PTX3(distance, u64, i64, i64, u64, "sad.s64", "=l", "l", "l", "l")
PTX2(addSaturated, i32, i32, i32, "add.sat.s32", "=r", "r", "r")
PTX2(subSaturated, i32, i32, i32, "sub.sat.s32", "=r", "r", "r")
FN i32 dotBytes(i32 a, i32 b, i32 c) { return __dp4a(a, b, c); }
FN u32 dotBytes(u32 a, u32 b, u32 c) { return __dp4a(a, b, c); }
PTX3(dotBytesMixed, i32, u32, i32, i32, "dp4a.u32.s32", "=r", "r", "r", "r")
FN i32 dotPairLow(i32 a, i32 b, i32 c) { return __dp2a_lo(a, b, c); }
FN u32 dotPairHigh(u32 a, u32 b, u32 c) { return __dp2a_hi(a, b, c); }
PTX3(chosenBySign, u32, u32, u32, i32, "slct.u32.s32", "=r", "r", "r", "r")
PTX3(chosenBySign, i64, i64, i64, i32, "slct.s64.s32", "=l", "l", "l", "r")
PTX3(chosenBySign, f32, f32, f32, f32, "slct.f32.f32", "=f", "f", "f", "f")
PTX1(clampedToByte, u32, i32, "cvt.sat.u8.s32", "=r", "r")
PTX1(clampedToShort, i16, i64, "cvt.sat.s16.s64", "=h", "l")
PTX1(clampedToWord, i32, u32, "cvt.sat.s32.u32", "=r", "r")
PTX1(clampedToWord, u32, i64, "cvt.sat.u32.s64", "=r", "l")
PTX1(clampedToUnsigned, u64, i64, "cvt.sat.u64.s64", "=l", "l")

// ---- comparisons as PTX has them: with a NaN, those with u are true; the result is a predicate, bits or 1.0

#define SETP(name, T, ptx, c) \
  FN b1 name(T x, T y) { \
    u32 d; \
    asm("{ .reg .pred p; setp." ptx " p, %1, %2; selp.u32 %0, 1, 0, p; }" : "=r"(d) : c(raw(x)), c(raw(y))); \
    return d != 0; \
  }
#define SETPS(T, t, c) \
  SETP(lessPtx, T, "lt." t, c) SETP(differsPtx, T, "ne." t, c) SETP(equalOrNan, T, "equ." t, c) \
  SETP(differsOrNan, T, "neu." t, c) SETP(lessOrNan, T, "ltu." t, c) SETP(atMostOrNan, T, "leu." t, c) \
  SETP(greaterOrNan, T, "gtu." t, c) SETP(atLeastOrNan, T, "geu." t, c) SETP(areNumbers, T, "num." t, c) \
  SETP(anyNan, T, "nan." t, c)
SETPS(f32, "f32", "f")
SETPS(f64, "f64", "d")
#define SETP_JOINED(name, T, ptx, c) \
  FN u32 name(T x, T y, b1 z) { \
    u32 d; \
    asm("{ .reg .pred p, q, r; setp.ne.u32 r, %3, 0; setp." ptx \
        " p|q, %1, %2, r; selp.u32 %0, 1, 0, p; @q add.u32 %0, %0, 2; @!p add.u32 %0, %0, 4; }" \
        : "=r"(d) : c(raw(x)), c(raw(y)), "r"(u32(z))); \
    return d; \
  }
SETP_JOINED(lessAnd, i32, "lt.and.s32", "r")
SETP_JOINED(lessOr, u64, "lo.or.u64", "l")
SETP_JOINED(equalXor, f32, "eq.xor.f32", "f")
SETP_JOINED(lessNanAnd, f64, "ltu.and.f64", "d")
PTX2(setLess, u32, f32, f32, "set.lt.u32.f32", "=r", "f", "f")
PTX2(setLess, f32, i32, i32, "set.lt.f32.s32", "=f", "r", "r")
PTX2(setDiffers, u32, f64, f64, "set.neu.s32.f64", "=r", "d", "d")
#define TESTP(name, T, ptx, c) \
  FN b1 name(T x) { \
    u32 d; \
    asm("{ .reg .pred p; testp." ptx " p, %1; selp.u32 %0, 1, 0, p; }" : "=r"(d) : c(x)); \
    return d != 0; \
  }
#define TESTPS(T, t, c) \
  TESTP(isFinite, T, "finite." t, c) TESTP(isInfinite, T, "infinite." t, c) TESTP(isNumber, T, "number." t, c) \
  TESTP(isNan, T, "notanumber." t, c) TESTP(isNormal, T, "normal." t, c) TESTP(isSubnormal, T, "subnormal." t, c)
TESTPS(f32, "f32", "f")
TESTPS(f64, "f64", "d")

// ---- floating point

FN f32 product(f32 a, f32 b) { return __fmul_rn(a, b); }
FN f64 product(f64 a, f64 b) { return __dmul_rn(a, b); }
FN f32 lesser(f32 a, f32 b) { return fminf(a, b); }
FN f64 lesser(f64 a, f64 b) { return fmin(a, b); }
FN f32 larger(f32 a, f32 b) { return fmaxf(a, b); }
FN f64 larger(f64 a, f64 b) { return fmax(a, b); }
PTX2(lesserOrNan, f32, f32, f32, "min.NaN.f32", "=f", "f", "f")
PTX2(largerOrNan, f32, f32, f32, "max.NaN.f32", "=f", "f", "f")
FN f32 unitClamped(f32 a) { return __saturatef(a); }
PTX2(addUnitClamped, f32, f32, f32, "add.sat.f32", "=f", "f", "f")
PTX3(fusedUnitClamped, f32, f32, f32, f32, "fma.rn.sat.f32", "=f", "f", "f", "f")
PTX1(halfWay, f32, f32, "cvt.rni.sat.f32.f32", "=f", "f")

#define DIRECTED(to) \
  FN f32 plus_##to(f32 a, f32 b) { return __fadd_##to(a, b); } \
  FN f64 plus_##to(f64 a, f64 b) { return __dadd_##to(a, b); } \
  FN f32 minus_##to(f32 a, f32 b) { return __fsub_##to(a, b); } \
  FN f64 minus_##to(f64 a, f64 b) { return __dsub_##to(a, b); } \
  FN f32 product_##to(f32 a, f32 b) { return __fmul_##to(a, b); } \
  FN f64 product_##to(f64 a, f64 b) { return __dmul_##to(a, b); } \
  FN f32 over_##to(f32 a, f32 b) { return __fdiv_##to(a, b); } \
  FN f64 over_##to(f64 a, f64 b) { return __ddiv_##to(a, b); } \
  FN f32 fused_##to(f32 a, f32 b, f32 c) { return __fmaf_##to(a, b, c); } \
  FN f64 fused_##to(f64 a, f64 b, f64 c) { return __fma_##to(a, b, c); } \
  FN f32 root_##to(f32 a) { return __fsqrt_##to(a); } \
  FN f64 root_##to(f64 a) { return __dsqrt_##to(a); } \
  FN f32 inverse_##to(f32 a) { return __frcp_##to(a); } \
  FN f64 inverse_##to(f64 a) { return __drcp_##to(a); } \
  FN f32 toSingle_##to(f64 a) { return __double2float_##to(a); } \
  FN f32 toSingle_##to(i32 a) { return __int2float_##to(a); } \
  FN f32 toSingle_##to(u32 a) { return __uint2float_##to(a); } \
  FN f32 toSingle_##to(i64 a) { return __ll2float_##to(a); } \
  FN f32 toSingle_##to(u64 a) { return __ull2float_##to(a); } \
  FN f64 toDouble_##to(i64 a) { return __ll2double_##to(a); } \
  FN f64 toDouble_##to(u64 a) { return __ull2double_##to(a); }
DIRECTED(rn)
DIRECTED(rz)
DIRECTED(ru)
DIRECTED(rd)

// Beyond the range of the integer the nearest bound.
#define TO_INTEGER(to, ptx) \
  PTX1(integer_##to, i32, f32, "cvt." ptx ".s32.f32", "=r", "f") \
  PTX1(unsigned_##to, u32, f32, "cvt." ptx ".u32.f32", "=r", "f") \
  PTX1(long_##to, i64, f32, "cvt." ptx ".s64.f32", "=l", "f") \
  PTX1(unsignedLong_##to, u64, f32, "cvt." ptx ".u64.f32", "=l", "f") \
  PTX1(short_##to, i16, f32, "cvt." ptx ".s16.f32", "=h", "f") \
  PTX1(integer_##to, i32, f64, "cvt." ptx ".s32.f64", "=r", "d") \
  PTX1(unsigned_##to, u32, f64, "cvt." ptx ".u32.f64", "=r", "d") \
  PTX1(long_##to, i64, f64, "cvt." ptx ".s64.f64", "=l", "d") \
  PTX1(unsignedLong_##to, u64, f64, "cvt." ptx ".u64.f64", "=l", "d") \
  PTX1(unsignedShort_##to, u16, f64, "cvt." ptx ".u16.f64", "=h", "d") \
  PTX1(integer_##to, i32, f16, "cvt." ptx ".s32.f16", "=r", "h") \
  PTX1(unsignedLong_##to, u64, f16, "cvt." ptx ".u64.f16", "=l", "h")
TO_INTEGER(rn, "rni")
TO_INTEGER(rz, "rzi")
TO_INTEGER(ru, "rpi")
TO_INTEGER(rd, "rmi")

// ---- halves

#define HALF1(name, T, ptx) PTX1(name, T, T, ptx, "=h", "h")
#define HALF2(name, T, ptx) PTX2(name, T, T, T, ptx, "=h", "h", "h")
#define HALVES(T, t) \
  HALF1(opposite, T, "neg." t) HALF1(magnitude, T, "abs." t) PTX3(fused, T, T, T, T, "fma.rn." t, "=h", "h", "h", "h") \
  HALF2(lesser, T, "min." t) HALF2(larger, T, "max." t) HALF2(lesserOrNan, T, "min.NaN." t) \
  HALF2(largerOrNan, T, "max.NaN." t) PTX1(toHalf_##T, T, f32, "cvt.rn." t ".f32", "=h", "f") \
  PTX1(toHalfTruncated_##T, T, f32, "cvt.rz." t ".f32", "=h", "f") \
  PTX3(fusedPair_##T, u32, u32, u32, u32, "fma.rn." t "x2", "=r", "r", "r", "r") \
  PTX2(lesserPair_##T, u32, u32, u32, "min." t "x2", "=r", "r", "r") \
  PTX2(joined_##T, u32, f32, f32, "cvt.rn." t "x2.f32", "=r", "f", "f")
HALVES(f16, "f16")
HALVES(bf16, "bf16")
HALF2(plus, f16, "add.f16")
HALF2(minus, f16, "sub.f16")
HALF2(product, f16, "mul.f16")
HALF2(addUnitClamped, f16, "add.sat.f16")
PTX2(plusPair_f16, u32, u32, u32, "sub.f16x2", "=r", "r", "r")
SETP(lessPtx, f16, "lt.f16", "h")
SETP(differsOrNan, f16, "neu.f16", "h")
PTX1(widened, f32, f16, "cvt.f32.f16", "=f", "h")
FN f32 widened(bf16 x) { return __uint_as_float(u32(x.bits) << 16); }
PTX1(widenedTwice, f64, f16, "cvt.f64.f16", "=d", "h")
PTX1(toHalf_f16, f16, f64, "cvt.rn.f16.f64", "=h", "d")
PTX1(toHalf_f16, f16, i32, "cvt.rn.f16.s32", "=h", "r")
PTX1(toHalf_f16, f16, u64, "cvt.rn.f16.u64", "=h", "l")
PTX1(nearest, f16, f16, "cvt.rni.f16.f16", "=h", "h")
PTX1(below, f16, f16, "cvt.rmi.f16.f16", "=h", "h")
#if __CUDA_ARCH__ >= 900
HALF2(plus, bf16, "add.bf16")
HALF2(minus, bf16, "sub.bf16")
HALF2(product, bf16, "mul.bf16")
SETP(lessPtx, bf16, "lt.bf16", "h")
PTX2(productPair_bf16, u32, u32, u32, "mul.bf16x2", "=r", "r", "r")
PTX1(widenedPtx, f32, bf16, "cvt.f32.bf16", "=f", "h")
#endif
