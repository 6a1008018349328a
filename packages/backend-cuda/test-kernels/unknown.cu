// The clock has no meaning on the CPU: the kernel compiles, and is refused by name.
extern "C" __global__ void reads_the_clock(const float* x, float* y) {
  const long long start = clock64();
  y[threadIdx.x] = x[threadIdx.x] + (float)(clock64() - start);
}
