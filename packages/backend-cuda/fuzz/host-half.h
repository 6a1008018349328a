// f16 and bf16 for the host, in numbers of 113 bits and with what those cannot hold beside them; and the conversions to
// integers, which take halves too.

// ---- the nearest of the format's values to an exact sum, found among them

typedef __float128 Exact;
struct Sum { Exact value, rest; };  // of which the rest is too small to be seen in the value
FN Sum exactSum(Exact a, Exact b) {
  const Exact sum = a + b, part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}
FN Exact valueOf(f16 x) {
  const int exponent = x.bits >> 10 & 31, digits = x.bits & 1023;
  const Exact size = exponent == 0 ? ldexp(digits, -24) : ldexp(1024 + digits, exponent - 25);
  if (exponent == 31 && digits) return NAN;
  const Exact finite = exponent == 31 ? Exact(INFINITY) : size;
  return x.bits >> 15 ? -finite : finite;
}
FN Exact valueOf(bf16 x) { return literal<f32>(u64(x.bits) << 16); }
FN u16 infinityBits(f16) { return 0x7C00; }
FN u16 infinityBits(bf16) { return 0x7F80; }
// The exact value of a pattern; that after the greatest number as if the format went on.
template <class H> FN Exact sizeOf(u16 bits) {
  return bits < infinityBits(H{}) ? valueOf(H{bits}) : infinityBits(H{}) == 0x7C00 ? Exact(65536) : Exact(0x1p128);
}
template <class H> FN H roundedHalf(Sum x, b1 truncates) {
  if (x.value != x.value) return H{0x7FFF};
  const b1 negative = x.value < 0 || (x.value == 0 && signbit(f64(x.value)));
  const u16 sign = negative ? 0x8000 : 0;
  if (__builtin_isinf(f64(x.value)) && x.rest != x.rest) return H{u16(sign | infinityBits(H{}))};
  if (negative) x = {-x.value, -x.rest};
  u16 low = 0, high = infinityBits(H{});
  while (high - low > 1) {
    const u16 middle = u16((low + high) / 2);
    const Exact size = sizeOf<H>(middle);
    (size < x.value || (size == x.value && x.rest >= 0) ? low : high) = middle;
  }
  const Exact tie = (sizeOf<H>(low) + sizeOf<H>(high)) / 2;
  const b1 past = x.value > tie || (x.value == tie && (x.rest > 0 || (x.rest == 0 && (low & 1))));
  if (truncates) return H{u16(sign | low)};
  return H{u16(sign | (past ? high : low))};
}
template <class H> FN H roundedHalf(Exact x) {
  if (__builtin_isinf(f64(x)) && x + x == x) return H{u16((x < 0 ? 0x8000 : 0) | infinityBits(H{}))};
  return roundedHalf<H>(Sum{x, 0}, false);
}

template <class H> FN b1 isNanHalf(H x) { return (x.bits & 0x7FFF) > infinityBits(x); }
#define HALVES(H) \
  FN H opposite(H x) { return H{u16(x.bits ^ 0x8000)}; } \
  FN H magnitude(H x) { return H{u16(x.bits & 0x7FFF)}; } \
  FN H plus(H a, H b) { return roundedHalf<H>(valueOf(a) + valueOf(b)); } \
  FN H minus(H a, H b) { return roundedHalf<H>(valueOf(a) - valueOf(b)); } \
  FN H product(H a, H b) { return roundedHalf<H>(valueOf(a) * valueOf(b)); } \
  FN H fused(H a, H b, H c) { return roundedHalf<H>(exactSum(valueOf(a) * valueOf(b), valueOf(c)), false); } \
  FN H lesser(H a, H b) { \
    if (isNanHalf(a) || isNanHalf(b)) return isNanHalf(a) ? b : a; \
    return precedes(f32(valueOf(b)), f32(valueOf(a))) ? b : a; \
  } \
  FN H larger(H a, H b) { \
    if (isNanHalf(a) || isNanHalf(b)) return isNanHalf(a) ? b : a; \
    return precedes(f32(valueOf(a)), f32(valueOf(b))) ? b : a; \
  } \
  FN H lesserOrNan(H a, H b) { return isNanHalf(a) || isNanHalf(b) ? H{0x7FFF} : lesser(a, b); } \
  FN H largerOrNan(H a, H b) { return isNanHalf(a) || isNanHalf(b) ? H{0x7FFF} : larger(a, b); } \
  FN H toHalf_##H(f32 x) { return roundedHalf<H>(Exact(x)); } \
  FN H toHalfTruncated_##H(f32 x) { \
    return __builtin_isinf(x) ? roundedHalf<H>(Exact(x)) : roundedHalf<H>(Sum{x, 0}, true); \
  } \
  FN u32 pairOf(H low, H high) { return bitsOf(low) | u32(bitsOf(high)) << 16; } \
  FN u32 fusedPair_##H(u32 a, u32 b, u32 c) { \
    return pairOf(fused(H{u16(a)}, H{u16(b)}, H{u16(c)}), fused(H{u16(a >> 16)}, H{u16(b >> 16)}, H{u16(c >> 16)})); \
  } \
  FN u32 lesserPair_##H(u32 a, u32 b) { \
    return pairOf(lesser(H{u16(a)}, H{u16(b)}), lesser(H{u16(a >> 16)}, H{u16(b >> 16)})); \
  } \
  FN u32 joined_##H(f32 high, f32 low) { return pairOf(toHalf_##H(low), toHalf_##H(high)); } \
  FN f32 widened(H x) { return f32(valueOf(x)); } \
  FN b1 lessPtx(H a, H b) { return lessPtx(widened(a), widened(b)); } \
  FN b1 differsOrNan(H a, H b) { return differsOrNan(widened(a), widened(b)); }
HALVES(f16)
HALVES(bf16)
FN f16 addUnitClamped(f16 a, f16 b) { return toHalf_f16(unitClamped(widened(plus(a, b)))); }
FN u32 plusPair_f16(u32 a, u32 b) {
  return pairOf(minus(f16{u16(a)}, f16{u16(b)}), minus(f16{u16(a >> 16)}, f16{u16(b >> 16)}));
}
FN u32 productPair_bf16(u32 a, u32 b) {
  return pairOf(product(bf16{u16(a)}, bf16{u16(b)}), product(bf16{u16(a >> 16)}, bf16{u16(b >> 16)}));
}
FN f32 widenedPtx(bf16 x) { return widened(x); }
FN f64 widenedTwice(f16 x) { return f64(valueOf(x)); }
FN f16 toHalf_f16(f64 x) { return roundedHalf<f16>(Exact(x)); }
FN f16 toHalf_f16(i32 x) { return roundedHalf<f16>(Exact(x)); }
FN f16 toHalf_f16(u64 x) { return roundedHalf<f16>(Exact(x)); }
FN f16 nearest(f16 x) { return toHalf_f16(rintf(widened(x))); }
FN f16 below(f16 x) { return toHalf_f16(floorf(widened(x))); }

#define TO_INTEGER(to, whole) \
  FN i32 integer_##to(f32 x) { return toInteger<i32>(whole(f64(x)), false); } \
  FN u32 unsigned_##to(f32 x) { return toInteger<u32>(whole(f64(x)), false); } \
  FN i64 long_##to(f32 x) { return toInteger<i64>(whole(f64(x)), false); } \
  FN u64 unsignedLong_##to(f32 x) { return toInteger<u64>(whole(f64(x)), false); } \
  FN i16 short_##to(f32 x) { return toInteger<i16>(whole(f64(x)), false); } \
  FN i32 integer_##to(f64 x) { return toInteger<i32>(whole(x), true); } \
  FN u32 unsigned_##to(f64 x) { return toInteger<u32>(whole(x), true); } \
  FN i64 long_##to(f64 x) { return toInteger<i64>(whole(x), true); } \
  FN u64 unsignedLong_##to(f64 x) { return toInteger<u64>(whole(x), true); } \
  FN u16 unsignedShort_##to(f64 x) { return toInteger<u16>(whole(x), true); } \
  FN i32 integer_##to(f16 x) { return toInteger<i32>(whole(f64(valueOf(x))), false); } \
  FN u64 unsignedLong_##to(f16 x) { return toInteger<u64>(whole(f64(valueOf(x))), false); }
TO_INTEGER(rn, rint)
TO_INTEGER(rz, trunc)
TO_INTEGER(ru, ceil)
TO_INTEGER(rd, floor)
