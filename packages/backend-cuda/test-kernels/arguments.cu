// Arguments of every size, between the buffers; `y` is read and written.
extern "C" __global__ void arguments(char c, double* y, short s, float f, long long l, const unsigned* x, double d, int n) {
  const int i = threadIdx.x;
  if (i < n) y[i] = y[i] + c + s + f + (double)l + d + x[i];
}
