#include "matrix.h"
#include "half.h"
#include "memory.h"
#include "warp.h"
#include <cstring>
#include <type_traits>
#include <utility>

namespace tw {

namespace {

constexpr int ROWS = 16, COLUMNS = 8, LANES = 32;

struct Multiply {
  const uint32_t* a;
  const uint32_t* b;
  const float* c;
  float* d;
};

// tf32 is the upper 19 bits of a float; the hardware ignores the rest.
float tf32(uint32_t word) { return bits<float>(word & 0xFFFFE000); }

// Elements of a register: two of 16 bits, or one tf32.
template <Operand type>
void unpack(uint32_t word, float* values) {
  if constexpr (type == Operand::TF32) {
    values[0] = tf32(word);
  } else {
    using H = std::conditional_t<type == Operand::F16, F16, BF16>;
    values[0] = H::load(lowHalf(word));
    values[1] = H::load(highHalf(word));
  }
}

// PTX ISA, matrix fragments for mma.m16n8k*: with g = lane / 4 and q = lane % 4, register i of a holds row g + 8 (i %
// 2) and the columns from q * WIDTH + (i / 2) * 4 * WIDTH; register i of b the rows from q * WIDTH + i * 4 * WIDTH of
// column g; value i of c and d row g + 8 (i / 2), column 2 q + i % 2.
template <Operand type, int DEPTH>
void combineMultiply(void* const* arguments, uint32_t) {
  constexpr int WIDTH = type == Operand::TF32 ? 1 : 2;
  constexpr int B_REGISTERS = DEPTH / (4 * WIDTH);
  float A[ROWS][DEPTH], B[DEPTH][COLUMNS], D[ROWS][COLUMNS];
  for (int lane = 0; lane < LANES; lane++) {
    const Multiply& own = *static_cast<Multiply*>(arguments[lane]);
    const int g = lane / 4, q = lane % 4;
    for (int i = 0; i < 2 * B_REGISTERS; i++)
      unpack<type>(own.a[i], &A[g + 8 * (i % 2)][q * WIDTH + i / 2 * 4 * WIDTH]);
    for (int i = 0; i < B_REGISTERS; i++) {
      float values[2];
      unpack<type>(own.b[i], values);
      for (int e = 0; e < WIDTH; e++) B[q * WIDTH + i * 4 * WIDTH + e][g] = values[e];
    }
    for (int i = 0; i < 4; i++) D[g + 8 * (i / 2)][2 * q + i % 2] = own.c[i];
  }
  // Products are exact in float; the order of the additions is ours, the hardware's is its own.
  for (int row = 0; row < ROWS; row++)
    for (int k = 0; k < DEPTH; k++)
      for (int column = 0; column < COLUMNS; column++) D[row][column] += A[row][k] * B[k][column];
  for (int lane = 0; lane < LANES; lane++) {
    float* const d = static_cast<Multiply*>(arguments[lane])->d;
    for (int i = 0; i < 4; i++) d[i] = D[lane / 4 + 8 * (i / 2)][2 * (lane % 4) + i % 2];
  }
}

struct Move {
  unsigned char* row;
  uint32_t* registers;
};

// Element e of a lane's register m is row lane / 4, column 2 (lane % 4) + e of matrix m; row r of matrix m is where
// lane 8 m + r points.
template <int COUNT, bool TRANSPOSED, bool STORE>
void combineMove(void* const* arguments, uint32_t) {
  for (int lane = 0; lane < LANES; lane++)
    for (int m = 0; m < COUNT; m++)
      for (int e = 0; e < 2; e++) {
        int row = lane / 4, column = lane % 4 * 2 + e;
        if (TRANSPOSED) std::swap(row, column);
        unsigned char* const inShared = static_cast<Move*>(arguments[m * 8 + row])->row + 2 * column;
        uint32_t* const word = &static_cast<Move*>(arguments[lane])->registers[m];
        unsigned char* const inRegister = reinterpret_cast<unsigned char*>(word) + 2 * e;
        memcpy(STORE ? inShared : inRegister, STORE ? inRegister : inShared, 2);
      }
}

template <bool STORE>
void moveMatrix(Thread* t, uint32_t* registers, uint32_t row, int count, bool transposed, int place) {
  static const Combine combines[2][3] = {
      {combineMove<1, false, STORE>, combineMove<2, false, STORE>, combineMove<4, false, STORE>},
      {combineMove<1, true, STORE>, combineMove<2, true, STORE>, combineMove<4, true, STORE>}};
  Move argument{nullptr, registers};
  // Only the addresses of the lanes that point at a row count.
  if (int(t->lane) < 8 * count) argument.row = STORE ? shared<Access::Write>(t, row, 16, place)
      : shared<Access::Read>(t, row, 16, place);
  together(t, 0xFFFFFFFF, combines[transposed][count / 2], &argument, true, place);
}

}  // namespace

void multiplyAdd(Thread* t, Operand type, int depth, const uint32_t* a, const uint32_t* b, const float* c, float* d,
    int place) {
  Multiply argument{a, b, c, d};
  Combine combine = nullptr;
  if (type == Operand::BF16) combine = depth == 16 ? combineMultiply<Operand::BF16, 16>
      : combineMultiply<Operand::BF16, 8>;
  if (type == Operand::F16) combine = depth == 16 ? combineMultiply<Operand::F16, 16> : combineMultiply<Operand::F16,
      8>;
  if (type == Operand::TF32) combine = depth == 8 ? combineMultiply<Operand::TF32, 8> : combineMultiply<Operand::TF32,
      4>;
  together(t, 0xFFFFFFFF, combine, &argument, true, place);
}

void loadMatrix(Thread* t, uint32_t* registers, uint32_t row, int count, bool transposed, int place) {
  moveMatrix<false>(t, registers, row, count, transposed, place);
}

void storeMatrix(Thread* t, const uint32_t* registers, uint32_t row, int count, bool transposed, int place) {
  moveMatrix<true>(t, const_cast<uint32_t*>(registers), row, count, transposed, place);
}

}  // namespace tw
