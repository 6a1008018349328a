// What the lanes of a warp do together: shuffles, votes, reductions, and the matrix operations that build on this.
#pragma once
#include "thread.h"

namespace tw {

struct Warp;

// Computes an operation for all lanes of `mask` at once; arguments[lane] is what the lane handed over. Null is a
// barrier: it computes nothing, and orders memory.
typedef void (*Combine)(void* const* arguments, uint32_t mask);

// Waits until all lanes of `mask` that have not returned are here; the last one computes for all. Lanes that wait must
// do the same operation, and where it is `aligned` be at the same instruction.
void together(Thread* t, uint32_t mask, Combine combine, void* argument, bool aligned, int place);

void laneReturned(Thread* t, Warp& warp);

enum class ShuffleMode { Up, Down, Butterfly, Index };
// The value of another lane; `inside` tells whether that lane is in the segment. `clamp` as in the PTX operand c.
uint32_t shuffle(Thread* t, ShuffleMode mode, uint32_t value, uint32_t lane, uint32_t clamp, uint32_t mask,
    bool& inside, int place);

// The lanes of `mask` whose predicate is true.
uint32_t ballot(Thread* t, bool predicate, uint32_t mask, int place);
inline bool voteAny(Thread* t, bool predicate, uint32_t mask,
    int place) { return ballot(t, predicate, mask, place) != 0; }
inline bool voteAll(Thread* t, bool predicate, uint32_t mask,
    int place) { return ballot(t, !predicate, mask, place) == 0; }
inline bool voteUniform(Thread* t, bool predicate, uint32_t mask, int place) {
  const uint32_t trues = ballot(t, predicate, mask, place);
  return trues == 0 || trues == (mask & ballot(t, true, mask, place));
}

enum class Redux { Add, MinSigned, MaxSigned, MinUnsigned, MaxUnsigned, And, Or, Xor };
uint32_t reduce(Thread* t, Redux redux, uint32_t value, uint32_t mask, int place);

// The lanes of `mask` that hold the same value.
uint32_t matchAny(Thread* t, uint64_t value, uint32_t mask, int place);
// All lanes of `mask` where they hold one value, else none.
uint32_t matchAll(Thread* t, uint64_t value, uint32_t mask, bool& all, int place);

void warpBarrier(Thread* t, uint32_t mask, int place);

}  // namespace tw
