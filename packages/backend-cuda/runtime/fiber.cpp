#include "fiber.h"
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

#if !defined(__x86_64__) || defined(TILEWRIGHT_UCONTEXT)
#include <ucontext.h>
#endif

namespace tw {

#if defined(__x86_64__) && !defined(TILEWRIGHT_UCONTEXT)

// System V ABI: a function keeps rbp, rbx and r12 to r15 for its caller; everything else the compiler has saved
// already.
asm(R"(
.text
.globl tilewrightSwitch
.type tilewrightSwitch, @function
tilewrightSwitch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size tilewrightSwitch, .-tilewrightSwitch

.globl tilewrightStart
.hidden tilewrightStart
tilewrightStart:
  movq %r12, %rdi
  call *%rbx
  ud2
)");
extern "C" void tilewrightStart();

void* newStack(unsigned char* stack, size_t bytes, void (*start)(void*), void* argument) {
  // 16 bytes of alignment at the call; below, the frame that the first switch pops.
  void** top = reinterpret_cast<void**>((reinterpret_cast<uintptr_t>(stack) + bytes) & ~uintptr_t(15));
  *--top = nullptr;
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(tilewrightStart);
  *--top = nullptr;                            // rbp
  *--top = reinterpret_cast<void*>(start);     // rbx
  *--top = argument;                           // r12
  for (int i = 0; i < 3; i++) *--top = nullptr;  // r13 to r15
  return top;
}

#else

// Other processors: the C library's contexts, ten times slower.
struct Context {
  ucontext_t state;
  void (*start)(void*);
  void* argument;
};

static void begin(unsigned high, unsigned low) {
  Context* const c = reinterpret_cast<Context*>(uintptr_t(high) << 32 | low);
  c->start(c->argument);
}

extern "C" void tilewrightSwitch(void** leave, void* enter) {
  Context here;
  *leave = &here;
  swapcontext(&here.state, &static_cast<Context*>(enter)->state);
}

void* newStack(unsigned char* stack, size_t bytes, void (*start)(void*), void* argument) {
  // The context lives at the top of its own stack.
  const uintptr_t top = reinterpret_cast<uintptr_t>(stack) + bytes;
  Context* const c = reinterpret_cast<Context*>((top - sizeof(Context)) & ~uintptr_t(63));
  c->start = start;
  c->argument = argument;
  getcontext(&c->state);
  c->state.uc_stack.ss_sp = stack;
  c->state.uc_stack.ss_size = reinterpret_cast<unsigned char*>(c) - stack;
  c->state.uc_link = nullptr;
  const uintptr_t address = reinterpret_cast<uintptr_t>(c);
  makecontext(&c->state, reinterpret_cast<void (*)()>(begin), 2, unsigned(address >> 32), unsigned(address));
  return c;
}

#endif

unsigned char* mapStacks(size_t bytes) {
  void* const stacks = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stacks == MAP_FAILED) {
    fprintf(stderr, "memory\tno memory for %zu bytes of stacks: %s\n", bytes, strerror(errno));
    exit(1);
  }
  return static_cast<unsigned char*>(stacks);
}

void unmapStacks(unsigned char* stacks, size_t bytes) { munmap(stacks, bytes); }

}  // namespace tw
