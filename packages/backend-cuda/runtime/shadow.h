// What is remembered of each pair of bytes: who wrote and read them last, and whether anybody wrote them at all.
#pragma once
#include "watch.h"
#include <vector>

namespace tw {

struct Cell {
  uint32_t writer = 0;           // segment; 0 for none in this launch
  uint32_t reader = 0;           // segment, or with the highest bit set the number of a list of earlier accesses
  uint32_t readerLanes = 0;      // of the segment's warp
  uint32_t writerPlace : 27 = 0;
  uint32_t isWritten : 2 = 0;    // a bit for each byte
  uint32_t isOnItsWay : 1 = 0;   // the destination of an asynchronous copy
  uint32_t isStrong : 1 = 0;     // the last write
  uint32_t isByte : 1 = 0;       // the last write, of one byte: what it did to the other is not known
  uint32_t readerPlace : 30 = 0;
  uint32_t isReaderStrong : 1 = 0;
  uint32_t isReaderByte : 1 = 0;
};

constexpr uint64_t CELL_BYTES = 2;

// The cells of a block's shared memory.
using Shadow = std::vector<Cell>;

// Before each launch: all that was before it is ordered; what was written stays written.
void beginShadow();
// The shared memory of a block goes with it.
void endShadow(const Shadow& shadow);

}  // namespace tw
