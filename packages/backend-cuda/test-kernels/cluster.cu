// Clusters of two blocks that exchange through distributed shared memory.
typedef unsigned int u32;

__device__ inline u32 rank() {
  u32 r;
  asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(r));
  return r;
}

__device__ inline u32 map(const void* shared, u32 to) {
  u32 address;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(address) : "r"((u32)__cvta_generic_to_shared(shared)), "r"(to));
  return address;
}

__device__ inline void cluster_barrier() {
  asm volatile("barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;" ::: "memory");
}

extern "C" __global__ void __cluster_dims__(2, 1, 1) swap(const float* x, float* y) {
  __shared__ float tile[32];
  tile[threadIdx.x] = x[blockIdx.x * 32 + threadIdx.x];
#ifndef NO_BARRIER
  cluster_barrier();
#endif
  float v;
  asm volatile("ld.shared::cluster.f32 %0, [%1];" : "=f"(v) : "r"(map(&tile[31 - threadIdx.x], rank() ^ 1)) : "memory");
  y[blockIdx.x * 32 + threadIdx.x] = v;
#ifndef NO_LAST_BARRIER
  cluster_barrier();
#endif
}

// Writes to the neighbour, adds to it, and tells who is who.
extern "C" __global__ void __cluster_dims__(2, 2, 1) give(const float* x, float* y) {
  __shared__ float tile[32];
  __shared__ u32 sum;
  if (threadIdx.x == 0) sum = 0;
  cluster_barrier();
  const u32 next = (rank() + 1) % 4;
  asm volatile("st.shared::cluster.f32 [%0], %1;" ::"r"(map(&tile[threadIdx.x], next)), "f"(x[threadIdx.x] + rank()) : "memory");
  asm volatile("red.shared::cluster.add.u32 [%0], 1;" ::"r"(map(&sum, next)) : "memory");
  u32 owner, ranks, clusters, whose;
  asm("getctarank.shared::cluster.u32 %0, %1;" : "=r"(owner) : "r"(map(&sum, next)));
  asm("mov.u32 %0, %%cluster_nctarank;" : "=r"(ranks));
  asm("mov.u32 %0, %%nclusterid.x;" : "=r"(clusters));
  asm("mov.u32 %0, %%clusterid.x;" : "=r"(whose));
  cluster_barrier();
  float* const o = y + ((blockIdx.y * gridDim.x + blockIdx.x) * 32 + threadIdx.x) * 6;
  o[0] = tile[threadIdx.x];
  o[1] = sum;
  o[2] = owner;
  o[3] = ranks;
  o[4] = clusters;
  o[5] = whose;
}

// The first warp arrives at the cluster's barrier before the block has met, the second one after.
extern "C" __global__ void __cluster_dims__(2, 1, 1) arrives_early(const float* x, float* y) {
  __shared__ float tile[32];
  const int lane = threadIdx.x % 32;
  const bool is_first = threadIdx.x < 32;
  if (is_first) asm volatile("barrier.cluster.arrive;" ::: "memory");
  if (is_first) tile[lane] = x[lane];
#ifndef NO_BARRIER
  __syncthreads();
#endif
  if (!is_first) y[blockIdx.x * 32 + lane] = tile[31 - lane];
  if (!is_first) asm volatile("barrier.cluster.arrive;" ::: "memory");
  asm volatile("barrier.cluster.wait;" ::: "memory");
}
