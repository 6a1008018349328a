// Blocks that run side by side, share their shared memory and have a barrier of their own.
#pragma once
#include "order.h"
#include "thread.h"
#include <vector>

namespace tw {

struct Cluster {
  std::vector<Block*> blocks;  // by rank
  uint32_t live = 0;           // threads that have not returned
  uint32_t arrived = 0;
  uint32_t completed = 0;  // rounds of the barrier
  View arriving, arrivedLast;
};

// A thread that returns counts as arrived from then on.
void clusterThreadReturned(Thread* t);

}  // namespace tw
