#include "cluster.h"
#include "failure.h"
#include "memory.h"
#include "scheduler.h"

namespace tw {

namespace {

void completeRound(Cluster& cluster) {
  cluster.completed++;
  cluster.arrived = 0;
  cluster.arrivedLast = cluster.arriving;
  cluster.arriving.clear();
  for (Block* block : cluster.blocks)
    for (Thread& t : block->threads)
      if (t.state == State::AtCluster) {
        t.state = State::Ready;
        wake(&t);
      }
}

}  // namespace

void clusterArrive(Thread* t, bool releases, int place) {
  Cluster& cluster = *t->block->cluster;
  if (t->clusterRounds > cluster.completed)
    fail(t, place, "cluster-barrier", "arrives at the cluster's barrier again, before it has waited");
  t->clusterRounds++;
  if (t->history != nullptr && releases) arriveInCluster(t, cluster.arriving);
  if (++cluster.arrived >= cluster.live) completeRound(cluster);
}

void clusterWait(Thread* t, int place) {
  Cluster& cluster = *t->block->cluster;
  if (t->clusterRounds > cluster.completed) {
    t->place = place;
    t->state = State::AtCluster;
    suspend(t);
  }
  if (t->history != nullptr) learnFromCluster(t, cluster.arrivedLast);
}

void clusterThreadReturned(Thread* t) {
  Cluster& cluster = *t->block->cluster;
  cluster.live--;
  if (t->clusterRounds > cluster.completed) cluster.arrived--;
  if (cluster.live > 0 && cluster.arrived > 0 && cluster.arrived >= cluster.live) completeRound(cluster);
}

ClusterPosition clusterPosition(const Thread* t) {
  const Dim& size = currentLaunch()->kernel->cluster;
  const Dim& grid = currentLaunch()->grid;
  const Dim at{t->ctaid.x % size.x, t->ctaid.y % size.y, t->ctaid.z % size.z};
  return {size, at, {t->ctaid.x / size.x, t->ctaid.y / size.y, t->ctaid.z / size.z},
      {grid.x / size.x, grid.y / size.y, grid.z / size.z}, at.x + size.x * (at.y + size.y * at.z),
      size.x * size.y * size.z};
}

uint32_t rankOf(const Thread* t, uint32_t address) {
  const uint32_t upper = address >> RANK_SHIFT;
  return upper == 0 ? clusterPosition(t).rank : upper - 1;
}

unsigned char* sharedOfCluster(Thread* t, uint64_t address, uint64_t bytes, Access access, int place) {
  const std::vector<Block*>& blocks = t->block->cluster->blocks;
  const uint32_t rank = rankOf(t, uint32_t(address));
  if (rank >= blocks.size())
    fail(t, place, "out-of-bounds", "asks for shared memory of block %u of a cluster of %zu", rank, blocks.size());
  Block& owner = *blocks[rank];
  if (owner.live == 0)
    fail(t, place, "block-returned", "asks for shared memory of block (%u,%u,%u), all of whose threads have returned",
        owner.index.x, owner.index.y, owner.index.z);
  const Thread& first = owner.threads[0];
  const uint64_t offset = address & ((1u << RANK_SHIFT) - 1);
  if (offset + bytes > first.sharedBytes || (offset & (bytes - 1)) != 0) sharedFault(t, offset, bytes, access, place);
  if (t->history != nullptr) watchShared(t, &owner, offset, bytes, access, place);
  return first.shared + offset;
}

}  // namespace tw
