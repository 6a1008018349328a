// mma.sync with fragments laid out here as the PTX manual draws them, and ldmatrix and stmatrix with rows in any order.
// g and q are the manual's groupID and threadID_in_group.
#define LANE const int lane = threadIdx.x, g = lane / 4, q = lane % 4

__device__ unsigned pair(const float* from, int step, bool isBf16) {
  unsigned word;
  if (isBf16) asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(from[step]), "f"(from[0]));
  else asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(from[step]), "f"(from[0]));
  return word;
}

// a is 16 x K and b K x 8, both by rows; c and d 16 x 8.
#define ACCUMULATORS \
  float* const d0 = d + g * 8 + 2 * q; \
  float* const d2 = d0 + 64; \
  const float *const c0 = c + g * 8 + 2 * q, *const c2 = c0 + 64
#define RESULTS "=f"(d0[0]), "=f"(d0[1]), "=f"(d2[0]), "=f"(d2[1])
#define ADDED "f"(c0[0]), "f"(c0[1]), "f"(c2[0]), "f"(c2[1])

#define DEEP_HALF(name, type, isBf16) \
  extern "C" __global__ void name(const float* a, const float* b, const float* c, float* d) { \
    LANE; \
    ACCUMULATORS; \
    const float *const a0 = a + g * 16 + 2 * q, *const b0 = b + 2 * q * 8 + g; \
    asm("mma.sync.aligned.m16n8k16.row.col.f32." type "." type ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, " \
        "{%10, %11, %12, %13};" \
        : RESULTS \
        : "r"(pair(a0, 1, isBf16)), "r"(pair(a0 + 8 * 16, 1, isBf16)), "r"(pair(a0 + 8, 1, isBf16)), \
          "r"(pair(a0 + 8 * 16 + 8, 1, isBf16)), "r"(pair(b0, 8, isBf16)), "r"(pair(b0 + 8 * 8, 8, isBf16)), ADDED); \
  }
DEEP_HALF(bf16_16, "bf16", true)
DEEP_HALF(f16_16, "f16", false)

#define HALF(name, type, isBf16) \
  extern "C" __global__ void name(const float* a, const float* b, const float* c, float* d) { \
    LANE; \
    ACCUMULATORS; \
    const float *const a0 = a + g * 8 + 2 * q, *const b0 = b + 2 * q * 8 + g; \
    asm("mma.sync.aligned.m16n8k8.row.col.f32." type "." type ".f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, " \
        "{%7, %8, %9, %10};" \
        : RESULTS \
        : "r"(pair(a0, 1, isBf16)), "r"(pair(a0 + 8 * 8, 1, isBf16)), "r"(pair(b0, 8, isBf16)), ADDED); \
  }
HALF(bf16_8, "bf16", true)
HALF(f16_8, "f16", false)

extern "C" __global__ void tf32_8(const float* a, const float* b, const float* c, float* d) {
  LANE;
  ACCUMULATORS;
  const unsigned* const a0 = (const unsigned*)a + g * 8 + q;
  const unsigned* const b0 = (const unsigned*)b + q * 8 + g;
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%10, %11, %12, %13};"
      : RESULTS
      : "r"(a0[0]), "r"(a0[8 * 8]), "r"(a0[4]), "r"(a0[8 * 8 + 4]), "r"(b0[0]), "r"(b0[4 * 8]), ADDED);
}

extern "C" __global__ void tf32_4(const float* a, const float* b, const float* c, float* d) {
  LANE;
  ACCUMULATORS;
  const unsigned* const a0 = (const unsigned*)a + g * 4 + q;
  const unsigned* const b0 = (const unsigned*)b + q * 8 + g;
  asm("mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%7, %8, %9, %10};"
      : RESULTS
      : "r"(a0[0]), "r"(a0[4 * 8]), "r"(b0[0]), ADDED);
}

// Matrices are 8 x 8, rows of 16 bytes; lane i says where row i % 8 of matrix i / 8 is: at ROW(i).
#define ROW(i) ((i) * 5 + 3) % 32

#define LOAD(at, variant, list) \
  { \
    unsigned m[4] = {}; \
    asm volatile("ldmatrix.sync.aligned.m8n8." variant ".shared.b16 " list ", [%4];" \
                 : "+r"(m[0]), "+r"(m[1]), "+r"(m[2]), "+r"(m[3]) \
                 : "r"(address)); \
    for (int i = 0; i < 4; i++) y[(at * 4 + i) * 32 + lane] = m[i]; \
  }

extern "C" __global__ void load_matrices(const unsigned* x, unsigned* y) {
  __shared__ __align__(16) unsigned rows[32 * 4];
  const int lane = threadIdx.x;
  for (int i = 0; i < 4; i++) rows[i * 32 + lane] = x[i * 32 + lane];
  __syncthreads();
  const unsigned address = (unsigned)__cvta_generic_to_shared(rows + ROW(lane) * 4);
  LOAD(0, "x1", "{%0}")
  LOAD(1, "x2", "{%0, %1}")
  LOAD(2, "x4", "{%0, %1, %2, %3}")
  LOAD(3, "x1.trans", "{%0}")
  LOAD(4, "x2.trans", "{%0, %1}")
  LOAD(5, "x4.trans", "{%0, %1, %2, %3}")
}

#if __CUDA_ARCH__ >= 900
#define STORE(at, variant, list) \
  { \
    for (int i = 0; i < 4; i++) rows[i * 32 + lane] = 0; \
    __syncthreads(); \
    asm volatile("stmatrix.sync.aligned.m8n8." variant ".shared.b16 [%4], " list ";" \
                 : \
                 : "r"(m[0]), "r"(m[1]), "r"(m[2]), "r"(m[3]), "r"(address) \
                 : "memory"); \
    __syncthreads(); \
    for (int i = 0; i < 4; i++) y[at * 128 + i * 32 + lane] = rows[i * 32 + lane]; \
    __syncthreads(); \
  }

extern "C" __global__ void store_matrices(const unsigned* x, unsigned* y) {
  __shared__ __align__(16) unsigned rows[32 * 4];
  const int lane = threadIdx.x;
  const unsigned m[4] = {x[lane], x[32 + lane], x[64 + lane], x[96 + lane]};
  const unsigned address = (unsigned)__cvta_generic_to_shared(rows + ROW(lane) * 4);
  STORE(0, "x1", "{%0}")
  STORE(1, "x2", "{%0, %1}")
  STORE(2, "x4", "{%0, %1, %2, %3}")
  STORE(3, "x1.trans", "{%0}")
  STORE(4, "x2.trans", "{%0, %1}")
  STORE(5, "x4.trans", "{%0, %1, %2, %3}")
}
#endif
