// The address spaces. Every access is checked: a translated kernel never touches memory that is not its own.
//
// Global memory is one mapping at a fixed address, in which each buffer has pages of its own with guard pages between.
// A table says how many bytes of each page are a buffer's, so a check is one load and one comparison.
#pragma once
#include "thread.h"
#include "watch.h"

namespace tw {

constexpr uint64_t ARENA = 0x100000000000;
constexpr uint64_t ARENA_BYTES = uint64_t(1) << 36;
constexpr unsigned PAGE_BITS = 12;
constexpr uint64_t PAGE_BYTES = 1 << PAGE_BITS;
// The table of pages, at a fixed address too: the bytes of each page, from its start, that may be accessed.
inline const uint16_t* const PAGE_LIMITS = reinterpret_cast<const uint16_t*>(0x110000000000);

// Shared addresses have 32 bits: the offset in the block's memory, and in the upper bits which block of the cluster,
// its rank plus one; 0 is the own block. Generic addresses of shared memory are these in a window, those of global and
// local memory are themselves.
constexpr uint64_t SHARED_WINDOW = 0x120000000000;
constexpr uint64_t SHARED_WINDOW_BYTES = uint64_t(1) << 32;
constexpr unsigned RANK_SHIFT = 24;

[[noreturn, gnu::cold]] void globalFault(const Thread* t, uint64_t address, uint64_t bytes, Access access, int place);
[[noreturn, gnu::cold]] void sharedFault(const Thread* t, uint64_t offset, uint64_t bytes, Access access, int place);
[[noreturn, gnu::cold]] void localFault(const Thread* t, uint64_t address, uint64_t bytes, Access access, int place);

// Each of these returns where `bytes` bytes at the address are in this process, or ends it; those that check do only
// that, unwatched. Accesses are aligned, so
// they never cross the end of a page.
template <Access access>
[[gnu::always_inline]] inline void checkGlobal(const Thread* t, uint64_t address, uint64_t bytes, int place) {
  const uint64_t offset = address - ARENA;
  if (__builtin_expect(offset >= ARENA_BYTES || (address & (bytes - 1)) != 0 ||
                           (offset & (PAGE_BYTES - 1)) + bytes > PAGE_LIMITS[offset >> PAGE_BITS], 0))
    globalFault(t, address, bytes, access, place);
}

template <Access access>
[[gnu::always_inline]] inline unsigned char* global(Thread* t, uint64_t address, uint64_t bytes, int place) {
  checkGlobal<access>(t, address, bytes, place);
  if (__builtin_expect(t->history != nullptr, 0)) watchGlobal(t, address, bytes, access, place);
  return reinterpret_cast<unsigned char*>(address);
}

template <Access access>
[[gnu::always_inline]] inline void checkShared(const Thread* t, uint64_t offset, uint64_t bytes, int place) {
  if (__builtin_expect(offset + bytes > t->sharedBytes || (offset & (bytes - 1)) != 0, 0))
    sharedFault(t, offset, bytes, access, place);
}

template <Access access>
[[gnu::always_inline]] inline unsigned char* shared(Thread* t, uint64_t address, uint64_t bytes, int place) {
  const uint64_t offset = uint32_t(address);  // shared addresses wrap at 32 bits
  checkShared<access>(t, offset, bytes, place);
  if (__builtin_expect(t->history != nullptr, 0)) watchShared(t, t->block, offset, bytes, access, place);
  return t->shared + offset;
}

// Shared memory of any block of the cluster.
unsigned char* sharedOfCluster(Thread* t, uint64_t address, uint64_t bytes, Access access, int place);
template <Access access>
inline unsigned char* cluster(Thread* t, uint64_t address, uint64_t bytes, int place) {
  return uint32_t(address) >> RANK_SHIFT == 0 ? shared<access>(t, address, bytes, place)
      : sharedOfCluster(t, address, bytes, access, place);
}
// The shared address, in the block of that rank, of what lies at a shared address of any block.
inline uint32_t mapToRank(uint32_t address, uint32_t rank) {
  return (rank + 1) << RANK_SHIFT | (address & ((1u << RANK_SHIFT) - 1));
}
uint32_t rankOf(const Thread* t, uint32_t address);

template <Access access>
[[gnu::always_inline]] inline unsigned char* local(Thread* t, uint64_t address, uint64_t bytes, int place) {
  const uint64_t offset = address - reinterpret_cast<uint64_t>(t->stack);
  if (__builtin_expect(offset + bytes > t->stackBytes || (address & (bytes - 1)) != 0, 0))
    localFault(t, address, bytes, access, place);
  return reinterpret_cast<unsigned char*>(address);
}

template <Access access>
inline unsigned char* generic(Thread* t, uint64_t address, uint64_t bytes, int place) {
  if (address - SHARED_WINDOW < SHARED_WINDOW_BYTES) return cluster<access>(t, address - SHARED_WINDOW, bytes, place);
  if (address - reinterpret_cast<uint64_t>(t->stack) < t->stackBytes) return local<access>(t, address, bytes, place);
  return global<access>(t, address, bytes, place);
}

inline bool isShared(const Thread*, uint64_t address) { return address - SHARED_WINDOW < SHARED_WINDOW_BYTES; }
inline bool isGlobal(const Thread*, uint64_t address) { return address - ARENA < ARENA_BYTES; }
inline bool isLocal(const Thread* t,
    uint64_t address) { return address - reinterpret_cast<uint64_t>(t->stack) < t->stackBytes; }

// cp.async: the bytes arrive at the wait, not before, so that a missing wait shows. What is beyond `sourceBytes` is
// zeros.
void copyAsync(Thread* t, uint32_t to, uint64_t from, uint32_t bytes, uint32_t sourceBytes, int place);
void commitCopies(Thread* t);
// Completes all groups but the `keep` latest.
void waitForGroups(Thread* t, uint32_t keep);
// Completes all copies, in groups or not.
void waitForCopies(Thread* t);

}  // namespace tw
