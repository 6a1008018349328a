// A CUDA thread, as translated kernels and the runtime see it. Translated kernels include this and what builds on it,
// and no header of the C++ library: compiling them must be quick.
#pragma once
#include <stdint.h>

namespace tw {

struct Dim {
  uint32_t x, y, z;
};

enum class State : uint8_t { Ready, AtBarrier, AtCollective, Spinning, Done };

struct Block;
struct CopyQueue;

struct Thread {
  Dim tid, ctaid, ntid, nctaid;
  uint32_t index;  // in the block
  uint32_t lane, warp;

  unsigned char* shared;
  uint32_t sharedBytes;
  uint32_t dynamicShared;  // where dynamic shared memory begins, after the static
  uint64_t gridWorkspace;  // what cooperative groups' grid barrier counts in

  unsigned char* stack;  // local memory is on it
  uint64_t stackBytes;
  void* stackPointer;  // while another thread runs

  Block* block;
  CopyQueue* copies;  // of cp.async
  State state;
  int place;  // where it waits: an index into the module's places
  uint32_t barrier;
};

// An instruction of the PTX, and the line of the source it came from.
struct Place {
  const char* file;
  int line;
  const char* instruction;
};

struct Kernel {
  const char* name;
  void (*run)(Thread* t, const unsigned char* arguments);
  uint32_t argumentBytes;
  uint32_t staticShared;
  uint64_t localBytes;  // of local memory, over all functions
};

// A variable of the module in global or constant memory; the runtime writes where it put it.
struct Variable {
  const char* name;
  uint64_t bytes;
  const unsigned char* initial;  // null for zeros
  uint64_t initialBytes;
  uint64_t* address;
};

// What a translated module exports as `tilewright_module`.
struct Module {
  const Kernel* kernels;
  uint32_t kernelCount;
  const Variable* variables;
  uint32_t variableCount;
  const Place* places;
};

// Ends the process with one line on stderr, `reason<tab>message`; the message begins with the place.
[[noreturn, gnu::cold, gnu::format(printf, 4, 5)]] void fail(const Thread* t, int place, const char* reason,
    const char* message, ...);

// A load, or an atomic, that another thread's store may be awaited with: the other threads go on first.
void spin(Thread* t, int place);

// Waits until `count` threads of the block (0: all that have not returned) are at barrier `id`. An aligned barrier must
// be the same instruction for all. `predicate` is reduced over the threads; the results are those of barrierResult.
void barrierWait(Thread* t, uint32_t id, uint32_t count, bool aligned, bool predicate, int place);
void barrierArrive(Thread* t, uint32_t id, uint32_t count, int place);
enum class Reduction { Count, And, Or };
uint32_t barrierResult(const Thread* t, uint32_t id, Reduction reduction);

}  // namespace tw
