// One result for each class of instruction; the tests compute the same with other means.
constexpr int FLOATS = 26;
constexpr int INTEGERS = 26;
constexpr int HALVES = 12;
constexpr int DOUBLES = 6;
constexpr int EDGES = 14;

extern "C" __global__ void float_operations(const float* a, const float* b, float* y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float p = a[i], q = b[i];
  float* const o = y + i * FLOATS;
  o[0] = fminf(p, q);
  o[1] = fmaxf(p, q);
  o[2] = floorf(p);
  o[3] = ceilf(p);
  o[4] = truncf(p);
  o[5] = rintf(p);
  o[6] = p != q;
  o[7] = p < q;
  o[8] = !(p < q);
  o[9] = !(p >= q);
  o[10] = p == q;
  o[11] = __saturatef(p);
  o[12] = fabsf(p);
  o[13] = copysignf(p, q);
  o[14] = (float)(int)p;
  o[15] = (float)(unsigned)fabsf(p);
  o[16] = sqrtf(fabsf(p));
  o[17] = p / q;
  o[18] = __fmaf_rn(p, q, p);
  o[19] = __fadd_rz(p, q);
  o[20] = __fmul_rd(p, q);
  o[21] = __fadd_ru(p, q);
  o[22] = expf(p);
  o[23] = tanhf(p);
  o[24] = 1.0f / (1.0f + __expf(-p));
  o[25] = log1pf(fabsf(p));
}

extern "C" __global__ void integer_operations(const int* a, const int* b, int* y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const int p = a[i], q = b[i];
  const unsigned u = p, v = q;
  int* const o = y + i * INTEGERS;
  o[0] = p / q;
  o[1] = p % q;
  o[2] = u / v;
  o[3] = u % v;
  o[4] = p << (q & 31);
  o[5] = p >> (q & 31);
  o[6] = u >> (v & 31);
  o[7] = __umulhi(u, v);
  o[8] = __mulhi(p, q);
  o[9] = min(p, q);
  o[10] = max(p, q);
  o[11] = min(u, v);
  o[12] = __popc(u);
  o[13] = __clz(p);
  o[14] = __brev(u);
  o[15] = __byte_perm(u, v, 0x5140);
  o[16] = __funnelshift_l(u, v, q);
  o[17] = (u & v) ^ (~u | v);
  o[18] = (int)((long long)p * q >> 7);
  o[19] = (signed char)p;
  o[20] = (unsigned short)p;
  o[21] = (p >> 3) & 0x3f;
  o[22] = p * q + p;
  o[23] = abs(p);
  o[24] = __ffs(p);
  o[25] = (int)((unsigned long long)u * v / 1000003u);
}

extern "C" __global__ void half_operations(const unsigned short* a, const unsigned short* b, const float* x, float* y) {
  const int i = threadIdx.x;
  const unsigned short p = a[i], q = b[i];
  float* const o = y + i * HALVES;
  auto widen = [](unsigned short bits) { return __uint_as_float((unsigned)bits << 16); };
  unsigned short r;
  asm("fma.rn.bf16 %0, %1, %2, %1;" : "=h"(r) : "h"(p), "h"(q));
  o[0] = widen(r);
  asm("min.bf16 %0, %1, %2;" : "=h"(r) : "h"(p), "h"(q));
  o[1] = widen(r);
  asm("max.bf16 %0, %1, %2;" : "=h"(r) : "h"(p), "h"(q));
  o[2] = widen(r);
  asm("neg.bf16 %0, %1;" : "=h"(r) : "h"(p));
  o[3] = widen(r);
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r) : "f"(x[i]));
  o[4] = widen(r);
  unsigned pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(x[i]), "f"(x[i] * 3.0f));
  o[5] = widen(pair >> 16);
  o[6] = widen(pair & 0xffff);
  unsigned product;
  asm("fma.rn.bf16x2 %0, %1, %1, %1;" : "=r"(product) : "r"(pair));
  o[7] = widen(product & 0xffff);
  // f16, in and out through float
  unsigned short h, k;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(x[i]));
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(k) : "f"(x[i] * 0.37f));
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
  o[8] = f;
  asm("add.f16 %0, %1, %2;" : "=h"(r) : "h"(h), "h"(k));
  asm("cvt.f32.f16 %0, %1;" : "=f"(o[9]) : "h"(r));
  asm("mul.f16 %0, %1, %2;" : "=h"(r) : "h"(h), "h"(k));
  asm("cvt.f32.f16 %0, %1;" : "=f"(o[10]) : "h"(r));
  asm("fma.rn.f16 %0, %1, %2, %1;" : "=h"(r) : "h"(h), "h"(k));
  asm("cvt.f32.f16 %0, %1;" : "=f"(o[11]) : "h"(r));
}

extern "C" __global__ void double_operations(const float* a, float* y) {
  const int i = threadIdx.x;
  const double p = a[i];
  y[i * DOUBLES] = (float)sqrt(fabs(p));
  y[i * DOUBLES + 1] = (float)fma(p, p, 1.0);
  y[i * DOUBLES + 2] = (float)(p / 3.0);
  y[i * DOUBLES + 3] = (float)fmax(p, 0.25);
  y[i * DOUBLES + 4] = (float)(long long)(p * 1e9);
  y[i * DOUBLES + 5] = (float)exp(p);
}

// x is 0, so that nothing here is known before it runs.
extern "C" __global__ void edge_operations(const float* x, unsigned* y) {
  const float zero = x[0];
  const double nan = (double)zero / zero;
  const float nan32 = zero / zero;
  asm("cvt.rzi.s32.f64 %0, %1;" : "=r"(y[0]) : "d"(nan));
  asm("cvt.rni.u32.f64 %0, %1;" : "=r"(y[1]) : "d"(nan));
  asm("cvt.rzi.s32.f32 %0, %1;" : "=r"(y[2]) : "f"(nan32));
  unsigned long long wide;
  asm("cvt.rzi.u64.f32 %0, %1;" : "=l"(wide) : "f"(nan32));
  y[3] = wide >> 32;
  y[4] = __float_as_uint(__fmul_rz(-zero, 5.0f));
  y[5] = __float_as_uint(__fmul_ru(-zero, 5.0f));
  y[6] = __float_as_uint(__fadd_rd(zero, -zero));
  y[7] = __double2loint(__ddiv_rd(1.0 + zero, 3.0));
  y[8] = __double2loint(__ddiv_ru(1.0 + zero, 3.0));
  y[9] = __float_as_uint(__double2float_rz(0.1 + zero));
  y[10] = __float_as_uint(__ull2float_ru(0xFFFFFF0000000001ull + (unsigned)zero));
  // Carries through three words, with a signed multiplication in between.
  unsigned low, middle, high;
  asm("{ add.cc.u32 %0, %3, 1; addc.cc.u32 %1, %3, 0; addc.u32 %2, 0, 0; madc.hi.s32 %2, %3, %3, %2; }"
      : "=r"(low), "=r"(middle), "=r"(high)
      : "r"(0xFFFFFFFFu - (unsigned)zero));
  y[11] = low;
  y[12] = middle;
  y[13] = high;
}

extern "C" __global__ void atomic_operations(unsigned* y, float* z) {
  atomicAdd(y, 1u);
  atomicMax(y + 1, threadIdx.x);
  atomicMin(y + 2, 1000u - threadIdx.x);
  atomicCAS(y + 3, 0u, 7u);
  atomicExch(y + 4, 9u);
  atomicOr(y + 5, 1u << (threadIdx.x & 15));
  atomicAnd(y + 6, ~(1u << (threadIdx.x & 31)));
  atomicInc(y + 7, 9u);
  atomicXor(y + 8, threadIdx.x);
  atomicAdd(z, 0.5f);
}
