// Which accesses come before which.
//
// Two accesses of different threads are ordered only by what PTX orders them with: a barrier between them, or a release
// that an acquire has seen. Every thread carries what it knows of the others as counters that only grow:
//
//   phase       barriers of its whole block (or cluster) that it has arrived at
//   known       of those, the ones that it has waited for: all that its block did in earlier phases comes before
//   warpPhase   barriers of its whole warp; all that its warp did in earlier ones comes before
//   clock       releases, and whatever else orders this thread alone
//
// An access is remembered by the segment that it was made in: the thread and its counters. What a thread knows of other
// blocks, and of single threads and warps, is a view: the counter up to which each of them is known.
#pragma once
#include "thread.h"
#include <string>
#include <vector>

namespace tw {

// A thread, a warp or a block, numbered over the launch.
using Party = uint64_t;

// Views are joined far more often than they grow: the counters stand in the order of their parties.
class View {
 public:
  bool isEmpty() const { return counters.empty(); }
  void clear() { counters.clear(); }
  void learn(Party party, uint32_t counter);
  void join(const View& other);
  // Whether what the party did while its counter stood there is known.
  bool knows(Party party, uint32_t counter) const;

 private:
  struct Known {
    Party party;
    uint32_t counter;
  };
  std::vector<Known> counters;
};

struct Counters {
  uint32_t known = 0, warpPhase = 0, clock = 0;
};

struct Segment {
  uint32_t thread, warp, block;  // numbers over the launch
  uint32_t phase, warpPhase, clock;
};

// What a thread knows, and the segment that it is in.
struct History {
  uint32_t segment = 0;
  uint32_t phase = 0;
  Counters now;
  View own;      // learnt since the last barrier of the block
  View pending;  // of locations that were read without acquiring; a fence acquires them
  bool hasFence = false, fenceIsOfBlock = false;
  uint32_t fencePhase = 0;
  Counters fence;  // as they stood at the last fence: what a later relaxed write releases
};

// Whether what was done in that segment comes before what the thread does now. `isWarp`: others of its warp did it too,
// so that what is known of the one thread does not count.
bool isBefore(uint32_t segment, bool isWarp, const Thread* t);

// Numbers over the launch of who made a segment.
uint32_t threadOf(uint32_t segment);
uint32_t warpOf(uint32_t segment);
// `thread (3,0,0) of block (0,0,0)`
std::string threadText(uint32_t segment);

// Each launch begins anew: it comes after all that was before.
void beginOrder();
void beginHistory(Thread* t);
// What was released into the shared memory of a block goes with it.
void endOrder(const Block& block);

// ---- what orders

// All threads of a block stand at a barrier.
void meetInBlock(Block& block);
// Some threads do; they learn from each other, and what others have told that only arrived.
void meet(Thread* const* threads, uint32_t count, const View& told);
void tellAndGoOn(Thread* t, View& told);
// All lanes of a warp do, or some.
void meetInWarp(Thread* const* lanes, uint32_t count, bool isWhole);
// At the barrier of a cluster: what a thread brings, and what it learns when it has waited.
void arriveInCluster(Thread* t, View& arriving);
void learnFromCluster(Thread* t, const View& arrived);

}  // namespace tw
