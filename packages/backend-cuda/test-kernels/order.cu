// Kernels that are right, each with a mistake that a macro plants. What orders their accesses differs.
typedef unsigned int u32;

// Neighbours exchange through shared memory, twice, so that the second write must wait for the first reads.
extern "C" __global__ void exchange(const float* x, float* y) {
  __shared__ float tile[64];
  float v = x[threadIdx.x];
  for (int round = 0; round < 2; round++) {
    tile[threadIdx.x] = v;
#ifndef NO_BARRIER
    __syncthreads();
#endif
    v += tile[(threadIdx.x + 33) % 64];
#ifndef NO_SECOND_BARRIER
    __syncthreads();
#endif
  }
  y[threadIdx.x] = v;
}

// The same within a warp.
extern "C" __global__ void exchange_in_warp(const float* x, float* y) {
  __shared__ float tile[64];
  const int first = threadIdx.x / 32 * 32;
  tile[threadIdx.x] = x[threadIdx.x];
#ifndef NO_WARP_BARRIER
  __syncwarp();
#endif
  y[threadIdx.x] = tile[first + (threadIdx.x + 1) % 32];
}

// Half a warp at a time, with a mask of its own.
extern "C" __global__ void exchange_in_half(const float* x, float* y) {
  __shared__ float tile[64];
  const int first = threadIdx.x / 16 * 16;
  tile[threadIdx.x] = x[threadIdx.x];
  __syncwarp(threadIdx.x % 32 < 16 ? 0x0000ffffu : 0xffff0000u);
#ifdef WRONG_HALF
  y[threadIdx.x] = tile[(first ^ 16) + threadIdx.x % 16];
#else
  y[threadIdx.x] = tile[first + (threadIdx.x + 1) % 16];
#endif
}

// A warp fills, the other computes, twice. Named barriers 1 and 2 say that a round is full, 3 that the first is empty.
extern "C" __global__ void producer(const float* x, float* y) {
  __shared__ float tile[32];
  const int lane = threadIdx.x % 32;
  for (int round = 0; round < 2; round++) {
    if (threadIdx.x < 32) {
#ifndef NO_EMPTY
      if (round == 1) asm volatile("bar.sync 3, 64;" ::: "memory");
#endif
      tile[lane] = x[round * 32 + lane];
      asm volatile("bar.arrive %0, 64;" ::"r"(1 + round) : "memory");
    } else {
      asm volatile("bar.sync %0, 64;" ::"r"(1 + round) : "memory");
      y[round * 32 + lane] = tile[(lane + 1) % 32];
#ifndef NO_EMPTY
      if (round == 0) asm volatile("bar.arrive 3, 64;" ::: "memory");
#endif
    }
  }
}

// Block 0 hands a value to block 1 through a flag.
extern "C" __global__ void hand_over(const float* x, float* y, float* value, u32* flag) {
  if (threadIdx.x != 0) return;
  if (blockIdx.x == 0) {
    *value = x[0];
#if defined(NO_FENCE)
#elif defined(FENCE_OF_BLOCK)
    __threadfence_block();
#else
    __threadfence();
#endif
    *(volatile u32*)flag = 1;
    y[0] = 0;
  } else {
    while (*(volatile u32*)flag == 0) {
    }
#ifndef NO_SECOND_FENCE
    __threadfence();
#endif
    y[1] = *value;
  }
}

// Each block leaves a sum; the one that comes last adds them. A fence by each thread, a barrier, an atomic by one.
extern "C" __global__ void last_block(const float* x, float* y, float* sums, u32* count) {
  __shared__ bool is_last;
  sums[blockIdx.x * 32 + threadIdx.x] = x[blockIdx.x * 32 + threadIdx.x];
#ifndef NO_FENCE
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

// Tiles in a chain: each waits for the prefix of the one before (decoupled look-back without the look-ahead).
extern "C" __global__ void chain(const float* x, float* y, float* prefix, u32* ready) {
  __shared__ float before;
  const int tile = blockIdx.x;
  if (threadIdx.x == 0) {
    float p = 0;
    if (tile > 0) {
      u32 is_ready;
      do asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(is_ready) : "l"(ready + tile - 1) : "memory");
      while (is_ready == 0);
      p = prefix[tile - 1];
    }
    before = p;
    float sum = p;
    for (int i = 0; i < 32; i++) sum += x[tile * 32 + i];
    prefix[tile] = sum;
#ifdef RELAXED
    asm volatile("st.relaxed.gpu.global.u32 [%0], 1;" ::"l"(ready + tile) : "memory");
#else
    asm volatile("st.release.gpu.global.u32 [%0], 1;" ::"l"(ready + tile) : "memory");
#endif
  }
  __syncthreads();
  y[tile * 32 + threadIdx.x] = before + x[tile * 32 + threadIdx.x];
}

// Counts in shared memory by atomics, then in global memory.
extern "C" __global__ void histogram(const float* x, float* y) {
  __shared__ float bins[4];
  if (threadIdx.x < 4) bins[threadIdx.x] = 0;
  __syncthreads();
#ifdef NO_ATOMIC
  bins[(int)x[threadIdx.x] & 3] += 1.0f;
#else
  atomicAdd(&bins[(int)x[threadIdx.x] & 3], 1.0f);
#endif
  __syncthreads();
  if (threadIdx.x < 4) atomicAdd(&y[threadIdx.x], bins[threadIdx.x]);
}

// Bytes beside each other are written by different threads.
extern "C" __global__ void bytes(const float* x, float* y) {
  __shared__ unsigned char tile[64];
  tile[threadIdx.x] = (unsigned char)x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = tile[63 - threadIdx.x];
}

// A fragment of which a register is never set.
extern "C" __global__ void fragment(const float* x, float* y) {
  const u32 word = __float_as_uint(x[threadIdx.x]) & 0xffff0000u;
  u32 a[4];
  a[0] = a[1] = word;
#ifndef UNSET
  a[2] = a[3] = word;
#endif
  float d[4] = {};
  for (int k = 0; k < 2; k++) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(word), "r"(word));
  }
  y[threadIdx.x] = d[0];
}

// A sum that begins with nothing.
extern "C" __global__ void sum_of_nothing(const float* x, float* y, int n) {
#ifdef UNSET
  float sum;
#else
  float sum = 0;
#endif
  for (int i = 0; i < n; i++) sum += x[i];
  y[threadIdx.x] = sum;
}

// A fragment from shared memory of which one row was never written.
extern "C" __global__ void fragment_from_shared(const float* x, float* y) {
  __shared__ __align__(16) unsigned short tile[8 * 8];
#ifdef UNWRITTEN
  for (int i = threadIdx.x; i < 7 * 8; i += 32) tile[i] = (unsigned short)x[i % 32];
#else
  for (int i = threadIdx.x; i < 8 * 8; i += 32) tile[i] = (unsigned short)x[i % 32];
#endif
  __syncwarp();
  u32 a;
  const u32 from = (u32)__cvta_generic_to_shared(&tile[threadIdx.x % 8 * 8]);
  asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(a) : "r"(from) : "memory");
  y[threadIdx.x] = (float)(a & 0xffff);
}

// Two blocks write what one of them owns.
extern "C" __global__ void owners(const float* x, float* y) {
#ifdef OVERLAP
  y[blockIdx.x * 31 + threadIdx.x] = x[threadIdx.x];
#else
  y[blockIdx.x * 32 + threadIdx.x] = x[threadIdx.x];
#endif
}
