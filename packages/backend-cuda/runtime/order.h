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

// Numbers over the launch: those of a warp's threads begin at a multiple of 32.
struct Segment {
  uint32_t thread, block;
  uint32_t phase, warpPhase, clock;

  uint32_t warp() const { return thread / 32; }
};

// What a thread knows, and where its counters stand.
struct History {
  uint32_t thread = 0, block = 0;
  uint32_t phase = 0, known = 0, warpPhase = 0, clock = 0;
  uint32_t segment = 0;  // 0: no access since the counters last moved
  View own;              // learnt since the last barrier of the block
  // What others have released into locations that were read without acquiring; a fence acquires it, and one of the block
  // only what the own block has released.
  View seen, seenOfBlock;
  // What was known at the last fence, and at the last one of the block: what a relaxed write releases.
  View fenced, fencedForBlock;
  bool isFenced = false;  // no access since the last fence

  uint32_t warp() const { return thread / 32; }
};

// Number of the segment that what the thread does now belongs to.
uint32_t segmentOf(Thread* t);
// What the thread does from here on belongs to another one.
void endSegment(Thread* t);
const Segment& segmentAt(uint32_t number);

// One of those lanes, of the segment's warp and at its counters, of which what it did does not come before what the thread
// does now: the segment's own where it is one; NOBODY where all does.
constexpr uint32_t NOBODY = UINT32_MAX;
uint32_t unordered(uint32_t segment, uint32_t lanes, const Thread* t);

// `thread (3,0,0) of block (0,0,0)`
std::string threadText(uint32_t thread);

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
