// A CUDA thread, as translated kernels and the runtime see it. Translated kernels include this and what builds on it,
// and no header of the C++ library: compiling them must be quick.
#pragma once
#include <stdint.h>

namespace tw {

struct Dim {
  uint32_t x, y, z;
};

enum class State : uint8_t { Ready, AtBarrier, AtCollective, AtCluster, Spinning, Done };

struct Block;
struct CopyQueue;
struct History;

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
  History* history;   // null where accesses are not watched
  State state;
  int place;  // where it waits: an index into the module's places
  uint32_t barrier;
  uint32_t clusterRounds;  // of the cluster's barrier that it has arrived at
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
  Dim cluster;          // blocks of a cluster
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

void clusterArrive(Thread* t, bool releases, int place);
void clusterWait(Thread* t, int place);
struct ClusterPosition {
  Dim size, at;            // in blocks
  Dim cluster, clusters;   // of this one in the grid, and how many there are
  uint32_t rank, blocks;
};
ClusterPosition clusterPosition(const Thread* t);

}  // namespace tw
