#include "scheduler.h"
#include "failure.h"
#include "fiber.h"
#include <algorithm>
#include <map>
#include <tuple>

namespace tw {

namespace {

// Rounds over all blocks in which threads did nothing but ask again for a value that nobody writes, after which the
// launch is given up. A spin loop with a limit of its own may count to less.
constexpr unsigned IDLE_ROUNDS = 10'000;
// Rounds of one block alone, before the others have their turn.
constexpr unsigned IDLE_ROUNDS_OF_BLOCK = 2;

// For the frames of translated functions; local memory comes on top.
constexpr size_t FRAME_BYTES = 64 << 10;
size_t stackBytes = 0;

const Launch* launch = nullptr;
std::vector<std::unique_ptr<Block>> resident;
uint64_t randomState = 0;
uint64_t progress = 0;  // counts whatever is not spinning

void* schedulerStack = nullptr;
std::vector<Thread*> round;  // of the running block
size_t position = 0;

uint64_t random() {
  randomState ^= randomState << 13;
  randomState ^= randomState >> 7;
  randomState ^= randomState << 17;
  return randomState;
}

template <class T>
void shuffle(std::vector<T>& items) {
  if (launch->seed == 0) return;
  for (size_t i = items.size(); i > 1; i--) std::swap(items[i - 1], items[random() % i]);
}

// The threads of a round go on directly one after the other; the last goes back to the scheduler.
void* next() {
  if (position == round.size()) return schedulerStack;
  Thread* const t = round[position++];
  t->state = State::Ready;
  return t->stackPointer;
}

void start(void* argument) {
  Thread* const t = static_cast<Thread*>(argument);
  launch->kernel->run(t, launch->arguments);
  t->state = State::Done;
  progress++;
  threadReturned(t);
  void* nowhere;
  tilewrightSwitch(&nowhere, next());
  __builtin_unreachable();
}

std::unique_ptr<Block> makeBlock(uint32_t number, unsigned char* stacks) {
  auto block = std::make_unique<Block>();
  const uint32_t count = launch->block.x * launch->block.y * launch->block.z;
  const uint32_t dynamicShared = (launch->kernel->staticShared + 15) / 16 * 16;
  block->index = positionOf(number, launch->grid);
  block->live = count;
  block->threads.resize(count);
  block->copies.resize(count);
  block->warps.resize((count + 31) / 32);
  if (launch->watched) {
    block->histories.resize(count);
    block->shadow.resize((dynamicShared + launch->dynamicShared + CELL_BYTES - 1) / CELL_BYTES);
  }
  // All ones is a NaN in every floating-point type: what nobody wrote shows in the result.
  block->shared.assign(dynamicShared + launch->dynamicShared + 128, 0xFF);
  const uintptr_t unaligned = reinterpret_cast<uintptr_t>(block->shared.data());
  unsigned char* const shared = reinterpret_cast<unsigned char*>((unaligned + 127) & ~uintptr_t(127));
  for (uint32_t i = 0; i < count; i++) {
    Thread& t = block->threads[i];
    t.tid = positionOf(i, launch->block);
    t.ctaid = block->index;
    t.ntid = launch->block;
    t.nctaid = launch->grid;
    t.index = i;
    t.lane = i % 32;
    t.warp = i / 32;
    t.shared = shared;
    t.sharedBytes = dynamicShared + launch->dynamicShared;
    t.dynamicShared = dynamicShared;
    t.gridWorkspace = launch->gridWorkspace;
    t.stack = stacks + i * stackBytes;
    t.stackBytes = stackBytes;
    t.stackPointer = newStack(t.stack, stackBytes, start, &t);
    t.block = block.get();
    t.copies = &block->copies[i];
    t.history = launch->watched ? &block->histories[i] : nullptr;
    t.state = State::Ready;
    t.place = -1;
    t.clusterRounds = 0;
    block->warps[t.warp].all = block->warps[t.warp].alive |= 1u << t.lane;
    block->ready.push_back(&t);
    if (launch->watched) beginHistory(&t);
  }
  return block;
}

// Until every thread of the block has returned, waits, or does nothing but spin.
void runBlock(Block& block) {
  for (unsigned idle = 0; !block.ready.empty() && idle < IDLE_ROUNDS_OF_BLOCK;) {
    round.swap(block.ready);
    block.ready.clear();
    shuffle(round);
    position = 0;
    const uint64_t before = progress;
    tilewrightSwitch(&schedulerStack, next());
    idle = progress == before ? idle + 1 : 0;
  }
}

[[noreturn]] void deadlock() { failLaunch("deadlock",
    "the threads wait for each other for ever: " + whereThreadsAre()); }

// All blocks that are resident, in turns.
void runResident() {
  std::vector<Block*> order;
  for (auto& block : resident) order.push_back(block.get());
  shuffle(order);
  for (unsigned idle = 0;;) {
    const uint64_t before = progress;
    bool ran = false, all = true;
    for (Block* block : order) {
      if (block->live == 0) continue;
      ran |= !block->ready.empty();
      runBlock(*block);
      all &= block->live == 0;
    }
    if (all) return;
    idle = progress == before ? idle + 1 : 0;
    if (!ran || idle > IDLE_ROUNDS) deadlock();
  }
}

}  // namespace

const Launch* currentLaunch() { return launch; }

Dim positionOf(uint32_t number, const Dim& extent) {
  return {number % extent.x, number / extent.x % extent.y, number / extent.x / extent.y};
}

void suspend(Thread* t) {
  if (t->state != State::Spinning) progress++;
  tilewrightSwitch(&t->stackPointer, next());
}

void wake(Thread* t) { t->block->ready.push_back(t); }

bool letOthersGoFirst() { return launch->seed != 0 && (random() & 1) != 0; }

void spin(Thread* t, int place) {
  t->state = State::Spinning;
  t->place = place;
  wake(t);
  suspend(t);
}

namespace {

// The blocks of a cluster, which are there at the same time.
std::unique_ptr<Cluster> makeCluster(uint32_t number, unsigned char* stacks) {
  const Dim& size = launch->kernel->cluster;
  const Dim& grid = launch->grid;
  const uint32_t blocks = size.x * size.y * size.z;
  const size_t threads = size_t(launch->block.x) * launch->block.y * launch->block.z;
  const Dim at = positionOf(number, {grid.x / size.x, grid.y / size.y, grid.z / size.z});
  auto cluster = std::make_unique<Cluster>();
  cluster->live = uint32_t(blocks * threads);
  for (uint32_t rank = 0; rank < blocks; rank++) {
    const Dim in = positionOf(rank, size);
    const uint32_t x = at.x * size.x + in.x, y = at.y * size.y + in.y, z = at.z * size.z + in.z;
    resident.push_back(makeBlock(x + grid.x * (y + grid.y * z), stacks + rank * threads * stackBytes));
    resident.back()->cluster = cluster.get();
    cluster->blocks.push_back(resident.back().get());
  }
  return cluster;
}

}  // namespace

void run(const Launch& wanted) {
  launch = &wanted;
  // Xorshift never leaves zero; the multiplier spreads neighbouring seeds.
  randomState = wanted.seed * 0x9E3779B97F4A7C15ull + 1;
  const Dim& size = wanted.kernel->cluster;
  const Dim& grid = wanted.grid;
  if (grid.x % size.x != 0 || grid.y % size.y != 0 || grid.z % size.z != 0)
    failLaunch("launch", text("a grid of %u x %u x %u blocks is not made of whole clusters of %u x %u x %u", grid.x,
        grid.y, grid.z, size.x, size.y, size.z));
  const uint32_t blocksOfCluster = size.x * size.y * size.z;
  const uint32_t clusters = grid.x * grid.y * grid.z / blocksOfCluster;
  // A cooperative launch has all of them there at the same time, any other one after the other.
  const uint32_t together = wanted.cooperative ? clusters : 1;
  stackBytes = (FRAME_BYTES + wanted.kernel->localBytes * 2 + 4095) / 4096 * 4096;
  const size_t clusterBytes = size_t(wanted.block.x) * wanted.block.y * wanted.block.z * blocksOfCluster * stackBytes;
  static unsigned char* stacks = nullptr;
  static size_t mapped = 0;
  if (clusterBytes * together > mapped) {
    if (mapped > 0) unmapStacks(stacks, mapped);
    stacks = mapStacks(mapped = clusterBytes * together);
  }
  if (wanted.watched) {
    beginOrder();
    beginShadow();
  }
  std::vector<uint32_t> order(clusters);
  for (uint32_t i = 0; i < clusters; i++) order[i] = i;
  shuffle(order);
  for (uint32_t first = 0; first < clusters; first += together) {
    std::vector<std::unique_ptr<Cluster>> there;
    for (uint32_t i = 0; i < together; i++)
      there.push_back(makeCluster(order[first + i], stacks + i * clusterBytes));
    runResident();
    if (wanted.watched)
      for (const auto& block : resident) {
        endOrder(*block);
        endShadow(block->shadow);
      }
    resident.clear();
  }
  launch = nullptr;
}

std::string whereThreadsAre() {
  // By block, what it does and where; in the order of the threads.
  std::map<std::tuple<uint32_t, uint32_t, uint32_t, State, int>, unsigned> groups;
  for (auto& block : resident)
    for (const Thread& t : block->threads)
      if (t.state != State::Done) groups[{t.ctaid.z, t.ctaid.y, t.ctaid.x, t.state, t.place}]++;
  std::string all;
  unsigned named = 0;
  for (const auto& [group, count] : groups) {
    const auto& [z, y, x, state, place] = group;
    if (named++ == 6) return all + text("; and %zu groups more", groups.size() - 6);
    const char* const verb = state == State::Spinning ? "spin" : state == State::Ready ? "run" : "wait";
    all += text("%s%u thread%s of block (%u,%u,%u) %s%s%s at %s", all.empty() ? "" : "; ", count, count == 1 ? "" : "s",
        x, y, z, verb, count == 1 ? "s" : "", state == State::Ready ? ", last seen" : "", placeText(place).c_str());
  }
  return all.empty() ? "all have returned" : all;
}

}  // namespace tw
