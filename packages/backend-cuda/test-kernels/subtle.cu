// Kernels that are right for a reason that is easily overlooked, each with a mistake that a macro plants.
typedef unsigned int u32;

// One warp hands a word to all lanes of the other, twice; they say when they have read it.
extern "C" __global__ void broadcast(const float* x, float* y) {
  __shared__ float word;
  for (int round = 0; round < 2; round++) {
    if (threadIdx.x < 32) {
#ifndef NO_EMPTY
      if (round == 1) asm volatile("bar.sync 3, 64;" ::: "memory");
#endif
      if (threadIdx.x == 0) word = x[round];
      asm volatile("bar.arrive %0, 64;" ::"r"(1 + round) : "memory");
    } else {
      asm volatile("bar.sync %0, 64;" ::"r"(1 + round) : "memory");
      y[round * 32 + threadIdx.x % 32] = word;
      if (round == 0) asm volatile("bar.arrive 3, 64;" ::: "memory");
    }
  }
}

// All warps count; the first reads the sum.
extern "C" __global__ void tally(const float* x, float* y) {
  __shared__ float sum;
  if (threadIdx.x == 0) sum = 0;
  __syncthreads();
  atomicAdd(&sum, x[threadIdx.x]);
#ifdef BARRIER_OF_WARP
  __syncwarp();
#else
  __syncthreads();
#endif
  if (threadIdx.x < 32) y[threadIdx.x] = sum;
}

// A fence for all threads first, then one for the block, for a flag in shared memory.
extern "C" __global__ void two_fences(const float* x, float* y) {
  __shared__ float value;
  __shared__ u32 flag;
  if (threadIdx.x == 0) flag = 0;
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    value = x[0];
#ifndef NO_FENCE
    __threadfence_block();
#endif
    *(volatile u32*)&flag = 1;
  } else if (threadIdx.x == 32) {
    while (*(volatile u32*)&flag == 0) {
    }
    __threadfence_block();
    y[0] = value;
  }
}

// A copy from what the neighbour goes on to write.
extern "C" __global__ void fetch(const float* x, float* y, float* values) {
  __shared__ float tile[32];
  values[threadIdx.x] = x[threadIdx.x];
  __syncwarp();
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;\ncp.async.commit_group;" ::"r"(
                   (u32)__cvta_generic_to_shared(&tile[threadIdx.x])),
               "l"(&values[threadIdx.x])
               : "memory");
#ifndef WAIT_TOO_LATE
  asm volatile("cp.async.wait_all;" ::: "memory");
#endif
  __syncwarp();
  values[(threadIdx.x + 1) % 32] = 0;
  __syncwarp();
  asm volatile("cp.async.wait_all;" ::: "memory");
  y[threadIdx.x] = tile[threadIdx.x];
}

// The lower half of each warp reads what it wrote itself, while the upper half has returned.
extern "C" __global__ void half_returns(const float* x, float* y) {
  __shared__ float tile[64];
  const int lane = threadIdx.x % 32, first = threadIdx.x - lane;
  tile[threadIdx.x] = x[threadIdx.x];
  if (lane >= 16) return;
  __syncwarp(0x0000ffffu);
#ifdef WRONG_HALF
  y[threadIdx.x] = tile[first + 16 + lane];
#else
  y[threadIdx.x] = tile[first + (lane + 1) % 16];
#endif
}

// Block 0 hands a value to block 1: the fence that acquires must be as wide as the one that releases.
extern "C" __global__ void wide_fence(const float* x, float* y, float* value, u32* flag) {
  if (threadIdx.x != 0) return;
  if (blockIdx.x == 0) {
    *value = x[0];
    __threadfence();
    *(volatile u32*)flag = 1;
  } else {
    while (*(volatile u32*)flag == 0) {
    }
#ifdef FENCE_OF_BLOCK
    __threadfence_block();
#else
    __threadfence();
#endif
    y[1] = *value;
  }
}

// The block that comes last adds what all have left: each thread's fence stands behind what it writes.
extern "C" __global__ void fence_behind(const float* x, float* y, float* sums, u32* count) {
  __shared__ bool is_last;
  const int i = blockIdx.x * 32 + threadIdx.x;
#ifdef FENCE_BEFORE
  __threadfence();
  sums[i] = x[i];
#else
  sums[i] = x[i];
  __threadfence();
#endif
  __syncthreads();
  if (threadIdx.x == 0) {
    is_last = atomicAdd(count, 1) == gridDim.x - 1;
    __threadfence();
  }
  __syncthreads();
  if (!is_last) return;
  float sum = 0;
  for (int b = 0; b < gridDim.x; b++) sum += sums[b * 32 + threadIdx.x];
  y[threadIdx.x] = sum;
}

// The second warp has nothing to do; a barrier with another number waits for those that have not returned, too.
extern "C" __global__ void leaves_early(const float* x, float* y) {
  __shared__ float tile[32];
  if (threadIdx.x >= 32) return;
  tile[threadIdx.x] = x[threadIdx.x];
#ifndef NO_BARRIER
  asm volatile("bar.sync 1;" ::: "memory");
#endif
  y[threadIdx.x] = tile[31 - threadIdx.x];
}
