// The copies of cp.async that a thread has begun and not waited for.
#pragma once
#include "thread.h"
#include "watch.h"
#include <vector>

namespace tw {

struct Copy {
  unsigned char* to;
  uint32_t toOffset;  // in shared memory
  uint64_t from;
  uint32_t bytes, sourceBytes;
  uint64_t group;
  int place;
  CopiedFrom watched;  // where accesses are
};

struct CopyQueue {
  std::vector<Copy> begun;
  uint64_t group = 0;  // that the next copy belongs to
};

}  // namespace tw
