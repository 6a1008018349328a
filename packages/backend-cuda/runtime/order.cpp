#include "order.h"
#include "failure.h"
#include "scheduler.h"
#include <algorithm>
#include <unordered_map>
#include <utility>

namespace tw {

namespace {

std::vector<Segment> segments;

// What was released into a location, by its address.
struct Location {
  View view;
  bool isOfBlock = false;  // released to the own block only
  uint32_t block = 0;
};
std::unordered_map<const unsigned char*, Location> locations;

constexpr Party WARP = Party(1) << 32, BLOCK = Party(2) << 32;

uint32_t numberOf(const Block& block) {
  const Dim& grid = currentLaunch()->grid;
  return block.index.x + grid.x * (block.index.y + grid.y * block.index.z);
}

void beginSegment(Thread* t) {
  History& h = *t->history;
  const Block& block = *t->block;
  const uint32_t number = numberOf(block);
  h.segment = uint32_t(segments.size());
  segments.push_back({number * uint32_t(block.threads.size()) + t->index,
      number * uint32_t(block.warps.size()) + t->warp, number, h.phase, h.now.warpPhase, h.now.clock});
}

// All that the thread knows, and what it did itself while its counters stood there.
void tell(const Thread* t, const Counters& counters, View& view) {
  const History& h = *t->history;
  const Segment& now = segments[h.segment];
  view.join(t->block->view);
  view.join(h.own);
  view.learn(BLOCK | now.block, counters.known);
  view.learn(WARP | now.warp, counters.warpPhase);
  view.learn(now.thread, counters.clock + 1);
}

void tick(Thread* t) {
  t->history->now.clock++;
  beginSegment(t);
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

uint32_t threadOf(uint32_t segment) { return segments[segment].thread; }
uint32_t warpOf(uint32_t segment) { return segments[segment].warp; }

std::string threadText(uint32_t segment) {
  const Launch& launch = *currentLaunch();
  const Segment& s = segments[segment];
  const Dim tid = positionOf(s.thread % (launch.block.x * launch.block.y * launch.block.z), launch.block);
  const Dim block = positionOf(s.block, launch.grid);
  return text("thread (%u,%u,%u) of block (%u,%u,%u)", tid.x, tid.y, tid.z, block.x, block.y, block.z);
}

void beginOrder() {
  segments.clear();
  segments.push_back({});  // number 0 stands for no segment
  locations.clear();
}

void beginHistory(Thread* t) { beginSegment(t); }

void endOrder(const Block& block) {
  const unsigned char* const first = block.shared.data();
  std::erase_if(locations, [&](const auto& entry) {
    return entry.first >= first && entry.first < first + block.shared.size();
  });
}

bool isBefore(uint32_t segment, bool isWarp, const Thread* t) {
  const History& h = *t->history;
  const Segment& then = segments[segment];
  const Segment& now = segments[h.segment];
  if (!isWarp && then.thread == now.thread) return true;
  if (then.block == now.block && then.phase < h.now.known) return true;
  if (then.warp == now.warp && then.warpPhase < h.now.warpPhase) return true;
  for (const View* view : {&h.own, &std::as_const(t->block->view)}) {
    if (view->isEmpty()) continue;
    if (view->knows(BLOCK | then.block, then.phase) || view->knows(WARP | then.warp, then.warpPhase)) return true;
    if (!isWarp && view->knows(then.thread, then.clock)) return true;
  }
  return false;
}

void meetInBlock(Block& block) {
  // Where every thread has a fence before the barrier, one of them may release for all after it.
  bool allFenced = true;
  for (const Thread& t : block.threads) {
    if (t.state == State::Done) continue;
    const History& h = *t.history;
    block.view.join(h.own);
    allFenced &= h.hasFence && h.fencePhase == h.phase;
  }
  for (Thread& t : block.threads) {
    if (t.state == State::Done) continue;
    History& h = *t.history;
    h.own.clear();
    h.now.known = ++h.phase;
    if (allFenced) h.fence.known = h.fencePhase = h.phase;
    beginSegment(&t);
  }
}

void tellAndGoOn(Thread* t, View& told) {
  tell(t, t->history->now, told);
  tick(t);
}

void meet(Thread* const* threads, uint32_t count, const View& told) {
  View together = told;
  for (uint32_t i = 0; i < count; i++) tell(threads[i], threads[i]->history->now, together);
  for (uint32_t i = 0; i < count; i++) {
    threads[i]->history->own.join(together);
    tick(threads[i]);
  }
}

void meetInWarp(Thread* const* lanes, uint32_t count, bool isWhole) {
  if (!isWhole) return meet(lanes, count, {});
  View together;
  for (uint32_t i = 0; i < count; i++) together.join(lanes[i]->history->own);
  for (uint32_t i = 0; i < count; i++) {
    if (!together.isEmpty()) lanes[i]->history->own.join(together);
    lanes[i]->history->now.warpPhase++;
    beginSegment(lanes[i]);
  }
}

void arriveInCluster(Thread* t, View& arriving) {
  History& h = *t->history;
  arriving.join(t->block->view);
  arriving.join(h.own);
  h.phase++;
  arriving.learn(BLOCK | segments[h.segment].block, h.phase);
  beginSegment(t);
}

void learnFromCluster(Thread* t, const View& arrived) {
  t->history->own.join(arrived);
}

// ---- releasing and acquiring

void release(Thread* t, const unsigned char* at, bool isRelease, bool isUpdate, bool isOfBlock) {
  History& h = *t->history;
  const bool releases = isRelease || h.hasFence;
  const auto found = locations.find(at);
  if (!releases) {
    // A plain write ends what was released here; an atomic update goes on with it.
    if (!isUpdate && found != locations.end()) locations.erase(found);
    return;
  }
  Location& location = found != locations.end() ? found->second : locations[at];
  if (!isUpdate) location.view.clear();
  tell(t, isRelease ? h.now : h.fence, location.view);
  location.isOfBlock = isRelease ? isOfBlock : h.fenceIsOfBlock || isOfBlock;
  location.block = segments[h.segment].block;
  if (isRelease) tick(t);
}

void acquire(Thread* t, const unsigned char* at, bool isAcquire, bool isOfBlock) {
  const auto found = locations.find(at);
  if (found == locations.end()) return;
  const Location& location = found->second;
  History& h = *t->history;
  if ((location.isOfBlock || isOfBlock) && location.block != segments[h.segment].block) return;
  (isAcquire ? h.own : h.pending).join(location.view);
}

void fence(Thread* t, bool isOfBlock) {
  History& h = *t->history;
  h.own.join(h.pending);
  h.pending.clear();
  // A fence of the block takes nothing from a wider one before it.
  if (isOfBlock && h.hasFence && !h.fenceIsOfBlock) return;
  h.hasFence = true;
  h.fenceIsOfBlock = isOfBlock;
  h.fencePhase = h.phase;
  h.fence = h.now;
  tick(t);
}

}  // namespace tw
