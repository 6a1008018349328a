// A stack of its own for each CUDA thread, and the switch between two of them. All share one thread of the operating
// system.
#pragma once
#include <cstddef>

namespace tw {

// Leaves the stack that is running, storing where in `*leave`, and goes on with the other.
extern "C" void tilewrightSwitch(void** leave, void* enter);

// The stack pointer with which a switch begins `start(argument)` on a new stack; `start` must never return.
void* newStack(unsigned char* stack, size_t bytes, void (*start)(void*), void* argument);

// Memory for stacks, one behind the other; takes up space only where a fiber touches it.
unsigned char* mapStacks(size_t bytes);
void unmapStacks(unsigned char* stacks, size_t bytes);

}  // namespace tw
