// NVIDIA's own cooperative groups: a barrier of the grid, sums of a warp, a cluster's shared memory.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;

// Each block leaves the sum of its numbers; behind the grid's barrier each adds what all have left, twice.
extern "C" __global__ void grid_sums(const float* x, float* sums, float* y) {
  const cg::grid_group grid = cg::this_grid();
  const cg::thread_block_tile<32> warp = cg::tiled_partition<32>(cg::this_thread_block());
  float total = 0;
  for (int round = 0; round < 2; round++) {
    const float sum = cg::reduce(warp, x[grid.thread_rank()] + round, cg::plus<float>());
    if (warp.thread_rank() == 0) sums[blockIdx.x] = sum;
    grid.sync();
    for (int b = 0; b < gridDim.x; b++) total += sums[b];
#ifndef NO_SECOND_SYNC
    grid.sync();
#endif
  }
  y[grid.thread_rank()] = total;
}

#if __CUDA_ARCH__ >= 900
extern "C" __global__ void __cluster_dims__(2, 1, 1) cluster_swap(const float* x, float* y) {
  __shared__ float tile[32];
  const cg::cluster_group cluster = cg::this_cluster();
  tile[threadIdx.x] = x[blockIdx.x * 32 + threadIdx.x];
  cluster.sync();
  const float* const other = cluster.map_shared_rank(tile, cluster.block_rank() ^ 1);
  y[blockIdx.x * 32 + threadIdx.x] = other[31 - threadIdx.x];
  cluster.sync();
}
#endif
