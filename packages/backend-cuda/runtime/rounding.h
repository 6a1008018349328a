// The roundings other than to nearest: the processor's own, which for + - * / fma, the square root and conversions is
// what IEEE 754 says, as PTX's is.
#pragma once
#include <stdint.h>

namespace tw {

// As the bits 13 and 14 of MXCSR have them.
enum class Rounding : uint32_t { Down = 0x2000, Up = 0x4000, Zero = 0x6000 };

// What an operation gives with its operands, in a rounding. The compiler knows nothing of MXCSR: passing operands and
// result through memory, between statements that keep their order, is what holds the operation between the two changes.
template <Rounding rounding, class Operation, class... Operands>
[[gnu::noinline]] inline auto rounded(Operation operation, Operands... operands) {
  uint32_t before;
  asm volatile("stmxcsr %0" : "=m"(before));
  const uint32_t directed = (before & ~uint32_t(Rounding::Zero)) | uint32_t(rounding);
  asm volatile("ldmxcsr %0" : : "m"(directed));
  (([&] { asm volatile("" : "+m"(operands)); }()), ...);
  auto result = operation(operands...);
  asm volatile("" : "+m"(result));
  asm volatile("ldmxcsr %0" : : "m"(before));
  return result;
}

}  // namespace tw
