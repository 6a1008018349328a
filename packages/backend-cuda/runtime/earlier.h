// Accesses that later ones are held against, where a cell's last writer and last reader are not enough to tell.
#pragma once
#include "order.h"
#include <vector>

namespace tw {

// What some lanes of a warp did at the same counters.
struct Earlier {
  uint32_t segment;  // of one of them
  uint32_t warp, lanes;
  int place;
  bool isWrite, isStrong, isByte;

  size_t kind() const { return size_t(isWrite) << 1 | size_t(isStrong); }
};

// Where one writer and one reader are not enough: what no later access stands for, of each kind in the order of the
// warps. A cell that all warps of a large grid read has an entry for each.
struct List {
  std::vector<Earlier> kinds[4];
  size_t count = 0, pruneAt = 8;  // entries of all kinds, and how many are looked through for what may go
};

bool isBefore(const Earlier& e, const Thread* t);
// Whether whatever conflicts with the older access conflicts with the newer one.
bool standsFor(const Earlier& newer, const Earlier& older);
// Makes one of two, where lanes of a warp do the same between the same barriers; the place is that of the last one.
bool merge(Earlier& older, const Earlier& newer);

void insert(List& list, const Earlier& e);
// The same, and what it stands for goes. `newest` is what the thread does now.
void addToList(List& list, const Earlier& e, const Earlier& newest, const Thread* t);

}  // namespace tw
