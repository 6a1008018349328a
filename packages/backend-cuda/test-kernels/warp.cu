// What lanes do together. WIDTH results for each thread.
constexpr int WIDTH = 12;

extern "C" __global__ void warp_scan(const float* x, float* y) {
  const int lane = threadIdx.x % 32;
  float sum = x[threadIdx.x];
  for (int offset = 1; offset < 32; offset *= 2) {
    const float other = __shfl_up_sync(0xffffffffu, sum, offset);
    if (lane >= offset) sum += other;
  }
  y[threadIdx.x] = sum;
}

extern "C" __global__ void warp_operations(const float* x, float* y) {
  const int lane = threadIdx.x % 32;
  const int v = (int)x[threadIdx.x];
  float* const o = y + threadIdx.x * WIDTH;
  o[0] = __any_sync(0xffffffffu, v > 5);
  o[1] = __all_sync(0xffffffffu, v > -7);
  o[2] = (float)(__ballot_sync(0xffffffffu, v > 0) & 0xffff);
  o[3] = __shfl_sync(0xffffffffu, v, lane ^ 5);
  o[4] = __shfl_down_sync(0xffffffffu, v, 3, 8);
  o[5] = __reduce_add_sync(0xffffffffu, v);
  o[6] = __reduce_min_sync(0xffffffffu, v);
  o[7] = __popc(__match_any_sync(0xffffffffu, v));
  o[8] = __syncthreads_count(v > 0);
  o[9] = __syncthreads_or(v > 100) + 2 * __syncthreads_and(v > -100);
  // Half a warp at a time, with masks of its own.
  o[10] = lane < 16 ? __shfl_sync(0x0000ffffu, v, 3) : __shfl_sync(0xffff0000u, v, 20);
  __syncwarp();
  if (lane == 31) return;
  // A lane that has returned is waited for no more.
  o[11] = __shfl_xor_sync(0xffffffffu, v, 1);
}
