// Each thread does what its script says: a word for each step, of which the lowest byte is the operation, the next one
// what it is done to, and the upper half a number. test-kernels/script.ts makes the scripts.
typedef unsigned int u32;

constexpr int CELLS = 4;  // in shared memory, and as many in global memory
constexpr int FLAGS = 4;  // in shared memory, any number in global memory

enum Operation : u32 {
  END,
  READ, WRITE, STRONG_READ, STRONG_WRITE, UPDATE,
  BLOCK_BARRIER, WARP_BARRIER, BARRIER, ARRIVE,
  FENCE, FENCE_OF_BLOCK,
  STORE, STORE_VOLATILE, STORE_RELEASE, STORE_RELEASE_TO_BLOCK, ADD, ADD_RELEASE,
  LOAD, LOAD_VOLATILE, LOAD_ACQUIRE, LOAD_ACQUIRE_OF_BLOCK,
  COPY, COMMIT, WAIT_ALL, WAIT_BUT_LAST
};

#define LOOP_WHILE_BELOW(instruction) \
  do asm volatile(instruction " %0, [%1];" : "=r"(value) : "l"(flag) : "memory"); while (value < number)

extern "C" __global__ void script(const u32* script, u32* global_cells, u32* global_flags, int steps) {
  __shared__ u32 shared_cells[CELLS], shared_flags[FLAGS];
  if (threadIdx.x < FLAGS) shared_flags[threadIdx.x] = 0;
  __syncthreads();
  const u32* const own = script + (blockIdx.x * blockDim.x + threadIdx.x) * steps;
  u32 value = 0;
#pragma unroll 1
  for (int step = 0; step < steps; step++) {
    const u32 word = own[step], operand = word >> 8 & 255, number = word >> 16;
    u32* const cell = operand < CELLS ? shared_cells + operand : global_cells + operand - CELLS;
    u32* const flag = operand < FLAGS ? shared_flags + operand : global_flags + operand - FLAGS;
    switch (word & 255) {
      case END: return;
      case READ: asm volatile("ld.u32 %0, [%1];" : "=r"(value) : "l"(cell) : "memory"); break;
      case WRITE: asm volatile("st.u32 [%0], %1;" ::"l"(cell), "r"(number) : "memory"); break;
      case STRONG_READ: asm volatile("ld.relaxed.gpu.u32 %0, [%1];" : "=r"(value) : "l"(cell) : "memory"); break;
      case STRONG_WRITE: asm volatile("st.relaxed.gpu.u32 [%0], %1;" ::"l"(cell), "r"(number) : "memory"); break;
      case UPDATE: asm volatile("red.relaxed.gpu.add.u32 [%0], %1;" ::"l"(cell), "r"(number) : "memory"); break;
      case BLOCK_BARRIER: __syncthreads(); break;
      case WARP_BARRIER: __syncwarp((operand & 1) * 0xffffu | (operand >> 1) * 0xffff0000u); break;
      case BARRIER: asm volatile("bar.sync %0, %1;" ::"r"(operand), "r"(number) : "memory"); break;
      case ARRIVE: asm volatile("bar.arrive %0, %1;" ::"r"(operand), "r"(number) : "memory"); break;
      case FENCE: asm volatile("fence.acq_rel.gpu;" ::: "memory"); break;
      case FENCE_OF_BLOCK: asm volatile("fence.acq_rel.cta;" ::: "memory"); break;
      case STORE: asm volatile("st.relaxed.gpu.u32 [%0], 1;" ::"l"(flag) : "memory"); break;
      case STORE_VOLATILE: asm volatile("st.volatile.u32 [%0], 1;" ::"l"(flag) : "memory"); break;
      case STORE_RELEASE: asm volatile("st.release.gpu.u32 [%0], 1;" ::"l"(flag) : "memory"); break;
      case STORE_RELEASE_TO_BLOCK: asm volatile("st.release.cta.u32 [%0], 1;" ::"l"(flag) : "memory"); break;
      case ADD: asm volatile("red.relaxed.gpu.add.u32 [%0], 1;" ::"l"(flag) : "memory"); break;
      case ADD_RELEASE: asm volatile("red.release.gpu.add.u32 [%0], 1;" ::"l"(flag) : "memory"); break;
      case LOAD: LOOP_WHILE_BELOW("ld.relaxed.gpu.u32"); break;
      case LOAD_VOLATILE: LOOP_WHILE_BELOW("ld.volatile.u32"); break;
      case LOAD_ACQUIRE: LOOP_WHILE_BELOW("ld.acquire.gpu.u32"); break;
      case LOAD_ACQUIRE_OF_BLOCK: LOOP_WHILE_BELOW("ld.acquire.cta.u32"); break;
      case COPY: asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"((u32)__cvta_generic_to_shared(cell)), "l"(global_cells + number) : "memory"); break;
      case COMMIT: asm volatile("cp.async.commit_group;" ::: "memory"); break;
      case WAIT_ALL: asm volatile("cp.async.wait_all;" ::: "memory"); break;
      case WAIT_BUT_LAST: asm volatile("cp.async.wait_group 1;" ::: "memory"); break;
    }
  }
}
