#include "earlier.h"
#include <algorithm>

namespace tw {

bool isBefore(const Earlier& e, const Thread* t) { return unordered(e.segment, e.lanes, t) == NOBODY; }

bool standsFor(const Earlier& newer, const Earlier& older) {
  return newer.isWrite >= older.isWrite && newer.isStrong <= older.isStrong && newer.isByte <= older.isByte;
}

bool merge(Earlier& older, const Earlier& newer) {
  if (older.warp != newer.warp || older.kind() != newer.kind() || older.isByte != newer.isByte) return false;
  const Segment& a = segmentAt(older.segment);
  const Segment& b = segmentAt(newer.segment);
  if (a.phase != b.phase || a.warpPhase != b.warpPhase || a.clock != b.clock) return false;
  older.segment = newer.segment;
  older.place = newer.place;
  older.lanes |= newer.lanes;
  return true;
}

void insert(List& list, const Earlier& e) {
  std::vector<Earlier>& all = list.kinds[e.kind()];
  all.insert(std::ranges::upper_bound(all, e.warp, {}, &Earlier::warp), e);
  list.count++;
}

namespace {

// Of the same warp: whether the thread whose counters these are has made the access after the other one.
bool isLater(const Earlier& e, const Earlier& than) {
  const Segment& a = segmentAt(e.segment);
  const Segment& b = segmentAt(than.segment);
  return a.phase > b.phase || a.warpPhase > b.warpPhase || a.clock > b.clock;
}

// Takes out of some accesses of one kind what another one of the same warp stands for; whether they hold it now.
bool replaceIn(std::vector<Earlier>& all, const Earlier& e) {
  bool isThere = false, isEmpty = false;
  const auto first = std::ranges::lower_bound(all, e.warp, {}, &Earlier::warp);
  for (auto other = first; other != all.end() && other->warp == e.warp; ++other) {
    if (merge(*other, e)) isThere = true;
    else if (standsFor(e, *other) && !isLater(*other, e)) other->lanes &= ~e.lanes;
    isEmpty |= other->lanes == 0;
  }
  if (isEmpty) std::erase_if(all, [](const Earlier& other) { return other.lanes == 0; });
  return isThere;
}

// Takes out what the newest access, of this thread, stands for.
void prune(List& list, const Earlier& newest, const Thread* t) {
  list.count = 0;
  for (std::vector<Earlier>& all : list.kinds) {
    std::erase_if(all, [&](const Earlier& other) { return standsFor(newest, other) && isBefore(other, t); });
    list.count += all.size();
  }
  list.pruneAt = list.count * 2 + 8;
}

}  // namespace

void addToList(List& list, const Earlier& e, const Earlier& newest, const Thread* t) {
  bool isThere = false;
  for (std::vector<Earlier>& all : list.kinds) isThere |= replaceIn(all, e);
  if (isThere) return;
  if (list.count >= list.pruneAt) prune(list, newest, t);
  insert(list, e);
}

}  // namespace tw
