// Kernels with a mistake each. The tests name the lines.
extern "C" __global__ void reads_past_the_end(const float* x, float* y) {
  y[threadIdx.x] = x[threadIdx.x + 1];
}

extern "C" __global__ void writes_before_the_start(const float* x, float* y) {
  y[(int)threadIdx.x - 2] = x[threadIdx.x];
}

extern "C" __global__ void leaves_shared_memory(const float* x, float* y) {
  __shared__ float tile[32];
  tile[threadIdx.x % 32] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x + 1];
}

extern "C" __global__ void reads_misaligned(const float* x, float* y) {
  const float2 two = *reinterpret_cast<const float2*>(x + 1);
  y[threadIdx.x] = two.x + two.y;
}

extern "C" __global__ void barriers_in_two_branches(const float* x, float* y) {
  if (threadIdx.x % 2 == 0) {
    y[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
  } else {
    y[threadIdx.x] = -x[threadIdx.x];
    __syncthreads();
  }
}

extern "C" __global__ void waits_for_ever(const float* x, float* y) {
  if (threadIdx.x == 0)
    while (*(volatile const float*)x != -1.0f) {
    }
  __syncthreads();
  y[threadIdx.x] = 1.0f;
}

extern "C" __global__ void loops_for_ever(const float* x, float* y) {
  for (unsigned i = 0; x[i % 32] != -1.0f; i++) {
  }
  y[threadIdx.x] = 1.0f;
}

extern "C" __global__ void leaves_a_lane_behind(const float* x, float* y) {
  float v = x[threadIdx.x];
  if (threadIdx.x % 32 != 7)
    v = __shfl_xor_sync(0xffffffffu, v, 1);
  else
    __syncthreads();
  y[threadIdx.x] = v;
}

extern "C" __global__ void traps(const float* x, float* y) {
  if (x[threadIdx.x] < 0.0f) __trap();
  y[threadIdx.x] = 1.0f;
}

extern "C" __global__ void writes_half(const float* x, float* y) {
  if (threadIdx.x % 2 == 0) y[threadIdx.x] = x[threadIdx.x];
}

extern "C" __global__ void reads_shared_unwritten(const float* x, float* y) {
  __shared__ float tile[32];
  if (threadIdx.x != 5) tile[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x];
}
