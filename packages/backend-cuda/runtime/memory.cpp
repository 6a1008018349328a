#include "memory.h"
#include "arena.h"
#include "failure.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <vector>

namespace tw {

namespace {

// The least between two buffers; behind a large one lies as much as it has itself. An index that is off by a row or a
// tile still falls between them. It costs address space only.
constexpr uint64_t GUARD_BYTES = 16 << 20;

struct Allocation {
  std::string name;
  uint64_t address, bytes;
  bool isWritten;
};

std::vector<Allocation> allocations;  // by address
uint64_t used = GUARD_BYTES;          // of the arena
uint16_t* limits = nullptr;

uint64_t wholePages(uint64_t bytes) { return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES; }

void* mapAt(uint64_t address, uint64_t bytes) {
  void* const wanted = reinterpret_cast<void*>(address);
  void* const got = mmap(wanted, bytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (got != wanted) {
    fprintf(stderr, "memory\tno memory for %llu bytes at a fixed address: %s\n", (unsigned long long)bytes,
        strerror(errno));
    exit(1);
  }
  return got;
}

// The buffer that an address beside all buffers most likely meant: the nearest.
const Allocation* nearest(uint64_t address) {
  const Allocation* best = nullptr;
  uint64_t least = ARENA_BYTES;
  for (const Allocation& a : allocations) {
    const uint64_t end = a.address + a.bytes;
    const uint64_t distance = address < a.address ? a.address - address : address < end ? 0 : address - end;
    if (distance < least) best = &a, least = distance;
  }
  return best;
}

}  // namespace

uint64_t allocate(const std::string& name, uint64_t bytes, bool isWritten) {
  if (limits == nullptr) {
    const uint64_t tableBytes = (ARENA_BYTES >> PAGE_BITS) * sizeof(uint16_t);
    limits = static_cast<uint16_t*>(mapAt(reinterpret_cast<uint64_t>(PAGE_LIMITS), tableBytes));
  }
  const uint64_t offset = used;
  used += wholePages(bytes) + std::max(GUARD_BYTES, wholePages(bytes));
  if (used > ARENA_BYTES) {
    fprintf(stderr, "memory\tthe buffers of the plan need more than %llu bytes\n", (unsigned long long)ARENA_BYTES);
    exit(1);
  }
  if (bytes > 0) mapAt(ARENA + offset, wholePages(bytes));
  for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
    limits[(offset + at) >> PAGE_BITS] = uint16_t(std::min(PAGE_BYTES, bytes - at));
  allocations.push_back({name, ARENA + offset, bytes, isWritten});
  return ARENA + offset;
}

std::string globalText(uint64_t address, uint64_t bytes) {
  const Allocation& a = *nearest(address);
  const uint64_t first = address - a.address;
  return text("bytes %llu to %llu of %s", (unsigned long long)first, (unsigned long long)(first + bytes - 1),
      a.name.c_str());
}

bool isWrittenAtStart(uint64_t address) { return nearest(address)->isWritten; }

void globalFault(const Thread* t, uint64_t address, uint64_t bytes, Access access, int place) {
  const Allocation* const a = nearest(address);
  if (a == nullptr)
    fail(t, place, "out-of-bounds", "%s %llu bytes at address 0x%llx, which is near no buffer", verbOf(access),
        (unsigned long long)bytes, (unsigned long long)address);
  const long long first = (long long)(address - a->address);
  if (first >= 0 && address + bytes <= a->address + a->bytes)
    fail(t, place, "misaligned", "%s %llu bytes at byte %lld of %s, which is no multiple of %llu", verbOf(access),
        (unsigned long long)bytes, first, a->name.c_str(), (unsigned long long)bytes);
  fail(t, place, "out-of-bounds", "%s bytes %lld to %lld of %s, which has %llu", verbOf(access), first,
      first + (long long)bytes - 1, a->name.c_str(), (unsigned long long)a->bytes);
}

void sharedFault(const Thread* t, uint64_t offset, uint64_t bytes, Access access, int place) {
  if (offset + bytes <= t->sharedBytes)
    fail(t, place, "misaligned", "%s %llu bytes at byte %llu of shared memory, which is no multiple of %llu",
        verbOf(access), (unsigned long long)bytes, (unsigned long long)offset, (unsigned long long)bytes);
  fail(t, place, "out-of-bounds", "%s bytes %llu to %llu of shared memory, of which the block has %u", verbOf(access),
      (unsigned long long)offset, (unsigned long long)(offset + bytes - 1), t->sharedBytes);
}

void localFault(const Thread* t, uint64_t address, uint64_t bytes, Access access, int place) {
  if (isLocal(t, address))
    fail(t, place, "misaligned", "%s %llu bytes of local memory at an address that is no multiple of %llu",
        verbOf(access), (unsigned long long)bytes, (unsigned long long)bytes);
  fail(t, place, "out-of-bounds", "%s %llu bytes outside the thread's local memory", verbOf(access),
      (unsigned long long)bytes);
}

}  // namespace tw
