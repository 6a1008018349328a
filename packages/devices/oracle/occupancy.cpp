// NVIDIA's own occupancy calculation, for comparison with ours. The toolkit's header is included, never copied.
// Reads lines of numbers: major minor threadsPerSM sharedPerSM sharedPerBlockOptin reservedShared threads registers sharedBytes.
// Writes per line: the resident blocks of one multiprocessor (-1 where the header reports an error) and the limits as
// bits: 1 warps, 2 registers, 4 shared memory, 8 blocks, 16 barriers.
#include <cstdio>
#include <cstring>

#include "cuda_occupancy.h"

int main() {
  int major, minor, threadsPerSM, threads, registers;
  unsigned long sharedPerSM, sharedOptin, reserved, sharedBytes;
  while (std::scanf("%d %d %d %lu %lu %lu %d %d %lu", &major, &minor, &threadsPerSM, &sharedPerSM, &sharedOptin, &reserved,
                    &threads, &registers, &sharedBytes) == 9) {
    cudaOccDeviceProp device;
    std::memset(&device, 0, sizeof device);
    device.computeMajor = major;
    device.computeMinor = minor;
    device.maxThreadsPerBlock = 1024;
    device.maxThreadsPerMultiprocessor = threadsPerSM;
    device.regsPerBlock = 65536;
    device.regsPerMultiprocessor = 65536;
    device.warpSize = 32;
    device.sharedMemPerBlock = 48 * 1024;
    device.sharedMemPerMultiprocessor = sharedPerSM;
    device.sharedMemPerBlockOptin = sharedOptin;
    device.reservedSharedMemPerBlock = reserved;
    device.numSms = 1;

    cudaOccFuncAttributes kernel;
    std::memset(&kernel, 0, sizeof kernel);
    kernel.maxThreadsPerBlock = 1024;
    kernel.numRegs = registers;
    kernel.partitionedGCConfig = PARTITIONED_GC_OFF;
    kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
    kernel.maxDynamicSharedSizeBytes = sharedOptin;
    kernel.numBlockBarriers = 1;

    cudaOccDeviceState state;
    std::memset(&state, 0, sizeof state);
    state.carveoutConfig = SHAREDMEM_CARVEOUT_MAX_SHARED;

    cudaOccResult result;
    cudaOccError error = cudaOccMaxActiveBlocksPerMultiprocessor(&result, &device, &kernel, &state, threads, sharedBytes);
    if (error == CUDA_OCC_SUCCESS)
      std::printf("%d %d\n", result.activeBlocksPerMultiprocessor, static_cast<int>(result.limitingFactors));
    else
      std::printf("-1 0\n");
  }
}
