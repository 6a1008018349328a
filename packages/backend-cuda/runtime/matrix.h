// Matrix operations of a warp: mma.sync with float accumulators, and ldmatrix and stmatrix.
#pragma once
#include "thread.h"

namespace tw {

enum class Operand { F16, BF16, TF32 };

// d = a * b + c, 16 x 8 x depth, with the fragment layouts of the PTX manual. The lane's share of a has depth/4
// registers (tf32: depth/2), of b half as many; of c and d four floats.
void multiplyAdd(Thread* t, Operand type, int depth, const uint32_t* a, const uint32_t* b, const float* c, float* d,
    int place);

// 8 x 8 matrices of 16-bit elements between shared memory and registers; `count` is 1, 2 or 4. `row` is the shared
// address that this lane gives.
void loadMatrix(Thread* t, uint32_t* registers, uint32_t row, int count, bool transposed, int place);
void storeMatrix(Thread* t, const uint32_t* registers, uint32_t row, int count, bool transposed, int place);

}  // namespace tw
