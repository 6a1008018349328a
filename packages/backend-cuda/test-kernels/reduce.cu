// Sums of 256 numbers a block: a tree in shared memory, then shuffles. NO_BARRIER leaves out the barrier between the two.
extern "C" __global__ void block_sum(const float* __restrict__ x, float* __restrict__ sums, int n) {
  __shared__ float part[256];
  const int i = blockIdx.x * 256 + threadIdx.x;
  part[threadIdx.x] = i < n ? x[i] : 0.0f;
  __syncthreads();
  for (int half = 128; half >= 32; half /= 2) {
    if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
#ifndef NO_BARRIER
    __syncthreads();
#endif
  }
  if (threadIdx.x < 32) {
    float sum = part[threadIdx.x];
    for (int offset = 16; offset > 0; offset /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, offset);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
  }
}
