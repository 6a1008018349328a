// A recurrence that stays on the device: h' = h / 2 + R h for 8 columns, R 256 x 256, in bf16 with float sums. Each of 16
// blocks owns 16 rows, each of its 4 warps a quarter of the columns, in registers. The blocks meet in a grid barrier of
// red.release and ld.acquire. NO_GRID_BARRIER leaves it out.
constexpr int D = 256;
constexpr int BATCH = 8;
constexpr int TILES = D / 4 / 16;

__device__ inline unsigned bf16_bits(float x) {
  unsigned short bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
}

__device__ inline float float_of(unsigned short bits) { return __uint_as_float((unsigned)bits << 16); }

__device__ inline unsigned short fresh(const unsigned short* p) {
  unsigned short bits;
  asm volatile("ld.global.cg.u16 %0, [%1];" : "=h"(bits) : "l"(p) : "memory");
  return bits;
}

extern "C" __global__ void __launch_bounds__(128) persistent(
    const unsigned short* __restrict__ R,   // [D][D]
    const unsigned short* __restrict__ h0,  // [BATCH][D]
    unsigned short* states,                 // [steps][BATCH][D]
    unsigned* arrivals, int steps) {
  extern __shared__ __align__(16) unsigned char shared[];
  float* const partial = reinterpret_cast<float*>(shared);  // [4][16][BATCH]
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int g = lane / 4, q = lane % 4;

  unsigned a[TILES][4];
#pragma unroll
  for (int k = 0; k < TILES; k++)
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const int row = blockIdx.x * 16 + g + i % 2 * 8, column = warp * (D / 4) + k * 16 + q * 2 + i / 2 * 8;
      a[k][i] = *reinterpret_cast<const unsigned*>(R + row * D + column);
    }

  for (int t = 0; t < steps; t++) {
    const unsigned short* const h = t == 0 ? h0 : states + (t - 1) * BATCH * D;
    float d[4] = {};
#pragma unroll
    for (int k = 0; k < TILES; k++) {
      unsigned b[2];
      for (int i = 0; i < 2; i++) {
        const unsigned short* const p = h + g * D + warp * (D / 4) + k * 16 + q * 2 + i * 8;
        b[i] = fresh(p) | (unsigned)fresh(p + 1) << 16;
      }
      asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                   : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                   : "r"(a[k][0]), "r"(a[k][1]), "r"(a[k][2]), "r"(a[k][3]), "r"(b[0]), "r"(b[1]));
    }
    for (int i = 0; i < 4; i++) partial[(warp * 16 + g + i / 2 * 8) * BATCH + q * 2 + i % 2] = d[i];
    __syncthreads();
    const int row = threadIdx.x / BATCH, column = threadIdx.x % BATCH;
    float sum = float_of(fresh(h + column * D + blockIdx.x * 16 + row)) * 0.5f;
    for (int w = 0; w < 4; w++) sum += partial[(w * 16 + row) * BATCH + column];
    states[(t * BATCH + column) * D + blockIdx.x * 16 + row] = bf16_bits(sum);

    __syncthreads();
#ifndef NO_GRID_BARRIER
    if (threadIdx.x == 0) {
      asm volatile("red.release.gpu.global.add.u32 [%0], 1;" ::"l"(arrivals) : "memory");
      unsigned count;
      do asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(count) : "l"(arrivals) : "memory");
      while (count < (t + 1) * gridDim.x);
    }
    __syncthreads();
#endif
  }
}
