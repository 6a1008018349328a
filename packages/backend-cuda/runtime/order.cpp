#include "order.h"
#include "failure.h"
#include "scheduler.h"
#include <algorithm>
#include <unordered_map>

namespace tw {

namespace {

std::vector<Segment> segments;

// What was released into a location.
struct Location {
  View forAll;
  std::unordered_map<uint32_t, View> forBlocks;  // by the threads of a block, whichever scope they named
  uint32_t block = 0;                            // of the thread that wrote last
};
std::unordered_map<const unsigned char*, Location> locations;  // by address

constexpr Party WARP = Party(1) << 32, BLOCK = Party(2) << 32;

uint32_t numberOf(const Block& block) {
  const Dim& grid = currentLaunch()->grid;
  return block.index.x + grid.x * (block.index.y + grid.y * block.index.z);
}

// All that the thread knows, and what it did itself.
void tell(const Thread* t, View& view) {
  const History& h = *t->history;
  view.join(t->block->view);
  view.join(h.own);
  view.learn(BLOCK | h.block, h.known);
  view.learn(WARP | h.warp(), h.warpPhase);
  view.learn(h.thread, h.clock + 1);
}

void tick(History& h) {
  h.clock++;
  h.segment = 0;
}

}  // namespace

void View::learn(Party party, uint32_t counter) {
  const auto at = std::ranges::lower_bound(counters, party, {}, &Known::party);
  if (at == counters.end() || at->party != party) counters.insert(at, {party, counter});
  else if (at->counter < counter) at->counter = counter;
}

void View::join(const View& other) {
  std::vector<Known> missing;
  auto own = counters.begin();
  for (const Known& known : other.counters) {
    while (own != counters.end() && own->party < known.party) ++own;
    if (own == counters.end() || own->party != known.party) missing.push_back(known);
    else if (own->counter < known.counter) own->counter = known.counter;
  }
  if (missing.empty()) return;
  const auto middle = counters.insert(counters.end(), missing.begin(), missing.end());
  std::ranges::inplace_merge(counters, middle, {}, &Known::party);
}

bool View::knows(Party party, uint32_t counter) const {
  const auto at = std::ranges::lower_bound(counters, party, {}, &Known::party);
  return at != counters.end() && at->party == party && at->counter > counter;
}

uint32_t segmentOf(Thread* t) {
  History& h = *t->history;
  if (h.segment == 0) {
    h.segment = uint32_t(segments.size());
    segments.push_back({h.thread, h.block, h.phase, h.warpPhase, h.clock});
    h.isFenced = false;
  }
  return h.segment;
}

void endSegment(Thread* t) { tick(*t->history); }

const Segment& segmentAt(uint32_t number) { return segments[number]; }

std::string threadText(uint32_t thread) {
  const Launch& launch = *currentLaunch();
  const uint32_t warps = (launch.block.x * launch.block.y * launch.block.z + 31) / 32;
  const Dim tid = positionOf(thread % (warps * 32), launch.block);
  const Dim block = positionOf(thread / (warps * 32), launch.grid);
  return text("thread (%u,%u,%u) of block (%u,%u,%u)", tid.x, tid.y, tid.z, block.x, block.y, block.z);
}

void beginOrder() {
  segments.clear();
  segments.push_back({});  // number 0 stands for no segment
  locations.clear();
}

void beginHistory(Thread* t) {
  History& h = *t->history;
  h.block = numberOf(*t->block);
  h.thread = (h.block * uint32_t(t->block->warps.size()) + t->warp) * 32 + t->lane;
}

void endOrder(const Block& block) {
  const unsigned char* const first = block.shared.data();
  std::erase_if(locations, [&](const auto& entry) {
    return entry.first >= first && entry.first < first + block.shared.size();
  });
}

uint32_t unordered(uint32_t segment, uint32_t lanes, const Thread* t) {
  const History& now = *t->history;
  const Segment& then = segments[segment];
  if (then.block == now.block && then.phase < now.known) return NOBODY;
  if (then.warp() == now.warp() && then.warpPhase < now.warpPhase) return NOBODY;
  const View& ofBlock = t->block->view;
  const auto knows = [&](Party party, uint32_t counter) {
    return now.own.knows(party, counter) || ofBlock.knows(party, counter);
  };
  if (knows(BLOCK | then.block, then.phase) || knows(WARP | then.warp(), then.warpPhase)) return NOBODY;
  const auto isUnordered = [&](uint32_t thread) { return thread != now.thread && !knows(thread, then.clock); };
  if ((lanes >> then.thread % 32 & 1) != 0 && isUnordered(then.thread)) return then.thread;
  for (; lanes != 0; lanes &= lanes - 1) {
    const uint32_t thread = then.warp() * 32 + uint32_t(__builtin_ctz(lanes));
    if (isUnordered(thread)) return thread;
  }
  return NOBODY;
}

void meetInBlock(Block& block) {
  uint32_t phase = 0;
  bool areAllFenced = true;
  for (const Thread& t : block.threads) {
    const History& h = *t.history;
    if (t.state == State::Done) continue;
    areAllFenced &= h.isFenced;
    phase = std::max(phase, h.phase + 1);
    block.view.join(h.own);
  }
  for (Thread& t : block.threads) {
    if (t.state == State::Done) continue;
    History& h = *t.history;
    h.own.clear();
    h.phase = h.known = phase;
    h.segment = 0;
    // Where every thread has a fence before the barrier, any of them may release for all after it.
    if (areAllFenced) h.fenced.learn(BLOCK | h.block, phase);
  }
}

void tellAndGoOn(Thread* t, View& told) {
  tell(t, told);
  tick(*t->history);
}

void meet(Thread* const* threads, uint32_t count, const View& told) {
  View together = told;
  for (uint32_t i = 0; i < count; i++) tell(threads[i], together);
  for (uint32_t i = 0; i < count; i++) {
    threads[i]->history->own.join(together);
    tick(*threads[i]->history);
  }
}

void meetInWarp(Thread* const* lanes, uint32_t count, bool isWhole) {
  if (!isWhole) return meet(lanes, count, {});
  View together;
  for (uint32_t i = 0; i < count; i++) together.join(lanes[i]->history->own);
  for (uint32_t i = 0; i < count; i++) {
    History& h = *lanes[i]->history;
    if (!together.isEmpty()) h.own.join(together);
    h.warpPhase++;
    h.segment = 0;
  }
}

void arriveInCluster(Thread* t, View& arriving) {
  Block& block = *t->block;
  History& h = *t->history;
  if (block.clusterRound != t->clusterRounds) {
    block.clusterRound = t->clusterRounds;
    block.clusterPhase = h.phase;
  }
  // Others of the block have arrived before its last barrier, and may have gone on to this phase.
  if (h.phase != block.clusterPhase) return tellAndGoOn(t, arriving);
  arriving.join(block.view);
  arriving.join(h.own);
  arriving.learn(BLOCK | h.block, ++h.phase);
  h.segment = 0;
}

void learnFromCluster(Thread* t, const View& arrived) {
  t->history->own.join(arrived);
}

// ---- releasing and acquiring

void release(Thread* t, const unsigned char* at, bool isRelease, bool isUpdate, bool isOfBlock) {
  History& h = *t->history;
  const bool releases = isRelease || !h.fenced.isEmpty() || !h.fencedForBlock.isEmpty();
  // A plain write ends what was released here; an atomic update goes on with it.
  if (!isUpdate) locations.erase(at);
  const auto found = locations.find(at);
  if (!releases && found == locations.end()) return;
  Location& location = found != locations.end() ? found->second : locations[at];
  location.block = h.block;
  if (!releases) return;
  View& forBlock = location.forBlocks[h.block];
  View released = h.fenced;
  if (isRelease) tell(t, released);
  if (!isOfBlock) location.forAll.join(released);
  forBlock.join(released);
  forBlock.join(h.fencedForBlock);
  if (isRelease) tick(h);
}

void acquire(Thread* t, const unsigned char* at, bool isAcquire, bool isOfBlock) {
  const auto found = locations.find(at);
  if (found == locations.end()) return;
  const Location& location = found->second;
  History& h = *t->history;
  // An access of the block's scope does not see what another block wrote.
  if (isOfBlock && location.block != h.block) return;
  const auto ofBlock = location.forBlocks.find(h.block);
  if (ofBlock != location.forBlocks.end()) {
    h.seen.join(ofBlock->second);
    h.seenOfBlock.join(ofBlock->second);
    if (isAcquire) h.own.join(ofBlock->second);
  }
  h.seen.join(location.forAll);
  if (isAcquire && !isOfBlock) h.own.join(location.forAll);
}

void fence(Thread* t, bool isOfBlock) {
  History& h = *t->history;
  h.own.join(isOfBlock ? h.seenOfBlock : h.seen);
  h.seenOfBlock.clear();
  if (!isOfBlock) h.seen.clear();
  View& fenced = isOfBlock ? h.fencedForBlock : h.fenced;
  fenced.clear();
  tell(t, fenced);
  tick(h);
  if (!isOfBlock) {
    h.fencedForBlock.clear();
    h.isFenced = true;
  }
}

}  // namespace tw
