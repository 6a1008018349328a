#include "failure.h"
#include "scheduler.h"

namespace tw {

namespace {

constexpr uint32_t BARRIERS = 16;

Barrier& barrierOf(Thread* t, uint32_t id, int place) {
  if (id >= BARRIERS) fail(t, place, "barrier", "uses barrier %u; a block has %u", id, BARRIERS);
  return t->block->barriers[id];
}

// Whether the whole block waits, those that have returned counted as if they had arrived last.
bool isWholeBlock(const Block& block, const Barrier& b) {
  return b.waiting.size() == block.live && (b.wanted == 0 || b.wanted == block.threads.size()) && b.told.isEmpty();
}

void letGo(Block& block, Barrier& b, uint32_t id) {
  b.lastCount = b.count;
  b.lastTrues = b.trues;
  b.count = b.trues = b.arrived = 0;
  if (!b.waiting.empty()) {
    if (isWholeBlock(block, b)) meetInBlock(block);
    else meet(b.waiting.data(), uint32_t(b.waiting.size()), b.told);
    b.waiting.clear();
  }
  b.told.clear();
  for (Thread& t : block.threads)
    if (t.state == State::AtBarrier && t.barrier == id) {
      t.state = State::Ready;
      wake(&t);
    }
}

// Where those are that must be at the same instruction as this thread: all of the block, or where a count lets some be
// elsewhere, those of its warp. -1 where there are none.
int placeOfOthers(const Thread* t, const Barrier& b, uint32_t count) {
  if (b.arrived == 0) return -1;
  return count == 0 ? b.place : b.places[t->warp];
}

// Whether this arrival completes the barrier.
bool arrive(Thread* t, Barrier& b, uint32_t id, uint32_t count, bool aligned, int place) {
  const int others = placeOfOthers(t, b, count);
  if (others >= 0 && others != place && (aligned || b.aligned))
    fail(t, place, "divergent-barrier",
        "barrier %u is reached here, while %u other thread%s of the block wait%s at %s", id, b.arrived,
         b.arrived == 1 ? "" : "s", b.arrived == 1 ? "s" : "", placeText(others).c_str());
  if (b.arrived == 0) {
    b.place = place;
    b.aligned = aligned;
    b.wanted = count;
    b.places.assign(t->block->warps.size(), -1);
  }
  b.places[t->warp] = place;
  return ++b.arrived >= (count != 0 ? count : t->block->live);
}

}  // namespace

void barrierWait(Thread* t, uint32_t id, uint32_t count, bool aligned, bool predicate, int place) {
  Barrier& b = barrierOf(t, id, place);
  b.count++;
  b.trues += predicate;
  t->place = place;
  if (t->history != nullptr) b.waiting.push_back(t);
  if (arrive(t, b, id, count, aligned, place)) {
    letGo(*t->block, b, id);
    if (!letOthersGoFirst()) return;
    wake(t);
  } else {
    t->state = State::AtBarrier;
    t->barrier = id;
  }
  suspend(t);
}

void barrierArrive(Thread* t, uint32_t id, uint32_t count, int place) {
  Barrier& b = barrierOf(t, id, place);
  if (t->history != nullptr) tellAndGoOn(t, b.told);
  if (arrive(t, b, id, count, false, place)) letGo(*t->block, b, id);
}

uint32_t barrierResult(const Thread* t, uint32_t id, Reduction reduction) {
  const Barrier& b = t->block->barriers[id];
  if (reduction == Reduction::Count) return b.lastTrues;
  return reduction == Reduction::And ? b.lastTrues == b.lastCount : b.lastTrues > 0;
}

// A barrier waits for the threads that have not returned, as on the hardware since Volta.
void threadReturned(Thread* t) {
  Block& block = *t->block;
  block.live--;
  clusterThreadReturned(t);
  for (uint32_t id = 0; id < BARRIERS; id++) {
    Barrier& b = block.barriers[id];
    if (b.arrived > 0 && (id == 0 || b.wanted == 0) && b.arrived >= block.live) letGo(block, b, id);
  }
  laneReturned(t, block.warps[t->warp]);
}

}  // namespace tw
