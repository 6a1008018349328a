// C = A B of bf16, 16 x 8 of C a warp, A row-major 16 x depth, B row-major depth x 8. The depth goes through two stages of
// shared memory, filled by cp.async while the other is multiplied. NO_WAIT leaves out the wait for the copies.
constexpr int STEP = 16;

extern "C" __global__ void __launch_bounds__(32) tile_product(
    const unsigned short* __restrict__ A, const unsigned short* __restrict__ B, float* __restrict__ C, int depth) {
  __shared__ __align__(16) unsigned short stageA[2][16 * STEP];
  __shared__ __align__(16) unsigned short stageB[2][STEP * 8];
  const int lane = threadIdx.x;

  auto fill = [&](int stage, int k) {
    // 16 rows of 32 bytes: 32 pieces of 16, one for each lane. Beyond the end of the depth come zeros.
    const int row = lane / 2, half = lane % 2 * 8;
    const unsigned toA = (unsigned)__cvta_generic_to_shared(&stageA[stage][row * STEP + half]);
    const int bytesA = k + half < depth ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(toA), "l"(A + row * depth + k + half), "r"(bytesA) : "memory");
    if (lane < 16) {
      const unsigned toB = (unsigned)__cvta_generic_to_shared(&stageB[stage][lane * 8]);
      const int bytesB = k + lane < depth ? 16 : 0;
      asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(toB), "l"(B + (k + lane) * 8), "r"(bytesB) : "memory");
    }
    asm volatile("cp.async.commit_group;" ::: "memory");
  };

  float d[4] = {};
  fill(0, 0);
  for (int k = 0, stage = 0; k < depth; k += STEP, stage ^= 1) {
    fill(stage ^ 1, k + STEP);
#ifndef NO_WAIT
    asm volatile("cp.async.wait_group 1;" ::: "memory");
#endif
    __syncwarp();
    unsigned a[4], b[2];
    const unsigned fromA = (unsigned)__cvta_generic_to_shared(&stageA[stage][lane % 16 * STEP + lane / 16 * 8]);
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(a[0]), "=r"(a[1]), "=r"(a[2]), "=r"(a[3]) : "r"(fromA) : "memory");
    const unsigned fromB = (unsigned)__cvta_generic_to_shared(&stageB[stage][lane % 16 * 8]);
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];" : "=r"(b[0]), "=r"(b[1]) : "r"(fromB) : "memory");
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    __syncwarp();
  }
  for (int i = 0; i < 4; i++) C[(lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2] = d[i];
}
