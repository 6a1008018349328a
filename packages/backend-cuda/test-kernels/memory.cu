// Local arrays, functions that are not inlined, constants, variables of the module, vectors and generic addresses.
__constant__ float table[4] = {1.0f, 2.5f, -3.0f, 0.125f};
__constant__ unsigned short halves[3] = {1, 65535, 7};
__device__ unsigned counter = 5;

__noinline__ __device__ float pick(const float* x, float scale, int i) {
  float values[16];
  for (int j = 0; j < 16; j++) values[j] = x[j] * scale;
  return values[i] + table[i & 3];
}

__noinline__ __device__ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

// The compiler cannot know which memory p is in.
__noinline__ __device__ float through(const float* p, int i) { return p[i]; }

extern "C" __global__ void memory_kinds(const float* __restrict__ x, float* y, int n) {
  __shared__ float tile[64];
  extern __shared__ __align__(16) float dynamic[];
  const int i = threadIdx.x;
  tile[i] = x[i] * 2.0f;
  dynamic[i] = x[i] * 4.0f;
  __syncthreads();
  float* const o = y + i * 8;
  o[0] = pick(x, 3.0f, (i + n) % 16);
  o[1] = (float)fibonacci(i % 12);
  const float* const source = i % 3 == 0 ? tile : i % 3 == 1 ? dynamic : x;
  o[2] = through(source, (i + 1) % 64);
  o[3] = (float)atomicAdd(&counter, 1u) >= 5.0f ? 1.0f : 0.0f;
  o[4] = (float)halves[i % 3];
  const float4 four = reinterpret_cast<const float4*>(x)[i / 4];
  o[5] = four.x + four.y + four.z + four.w;
  o[6] = dynamic[63 - i];
  o[7] = *(volatile float*)&tile[63 - i];
}
