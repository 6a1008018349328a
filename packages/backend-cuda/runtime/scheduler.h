// Blocks, warps and who runs next.
#pragma once
#include "cluster.h"
#include "copies.h"
#include "shadow.h"
#include "thread.h"
#include "warp.h"
#include <memory>
#include <string>
#include <vector>

namespace tw {

struct Barrier {
  uint32_t arrived = 0;
  uint32_t wanted = 0;      // 0: all threads that have not returned
  int place = -1;           // where the first of them arrived
  std::vector<int> places;  // and by warp, where the last of it did; -1 for none
  bool aligned = false;
  uint32_t count = 0, trues = 0;          // of the predicates so far
  uint32_t lastCount = 0, lastTrues = 0;  // of the round that ended last
  // Where accesses are watched: the threads that wait, and what those know that only arrived.
  std::vector<Thread*> waiting;
  View told;
};

// A collective operation of a warp that some lanes have reached.
struct Gathering {
  uint32_t mask, arrived;
  bool isWhole;  // the masks named every lane of the warp, those that have returned too
  Combine combine;
  int place;
  void* arguments[32];
};

struct Warp {
  uint32_t all = 0, alive = 0;  // lanes
  std::vector<Gathering> gatherings;
};

struct Block {
  Dim index;
  uint32_t live = 0;
  std::vector<Thread> threads;
  std::vector<CopyQueue> copies;
  Cluster* cluster = nullptr;
  std::vector<Warp> warps;
  std::unique_ptr<Barrier[]> barriers{new Barrier[16]};
  std::vector<Thread*> ready;  // run in the next round
  std::vector<unsigned char> shared;

  // Where accesses are watched:
  std::vector<History> histories;
  Shadow shadow;        // of shared memory
  View view;            // what all its threads know
  uint32_t clusterRound = 0;  // of the cluster's barrier, the last that a thread has arrived in,
  uint32_t clusterPhase = 0;  // and the phase of the first that did
};

struct Launch {
  const Kernel* kernel;
  const unsigned char* arguments;
  Dim grid, block;
  uint32_t dynamicShared;
  bool cooperative;
  uint64_t seed;  // 0: blocks and threads in order
  uint64_t gridWorkspace;
  bool watched;
};

// Runs all blocks to their end; what goes wrong ends the process. A cooperative launch has all blocks resident at once.
void run(const Launch& launch);

// The kernel that is running; null between launches.
const Launch* currentLaunch();

Dim positionOf(uint32_t number, const Dim& extent);

// Gives the processor to the next thread, until somebody wakes this one (t->state says what it waits for).
void suspend(Thread* t);
// Lets a thread run in the next round.
void wake(Thread* t);
// Random only where the launch has a seed: whether a thread that could go on lets the others go first.
bool letOthersGoFirst();

// Lets go of what waits for threads of the block that have not returned, after one has.
void threadReturned(Thread* t);

// Where the threads are that have not returned: `31 threads of block (0,0,0) wait at k.cu:12 (bar.sync), …`.
std::string whereThreadsAre();

}  // namespace tw
