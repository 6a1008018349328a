// Watches accesses: that every byte that is read has been written, and that accesses of different threads of which one
// writes are ordered. Only launches that ask for it have histories; the others pay for one comparison an access.
#pragma once
#include "thread.h"

namespace tw {

// Strong accesses (volatile, relaxed, acquire, release, atomic) may meet without an order between them; weak ones may
// not.
enum class Access { Read, Write, StrongRead, StrongWrite, Atomic };
// `reads`, `writes` or `atomically updates`
const char* verbOf(Access access);

[[gnu::cold]] void watchGlobal(Thread* t, uint64_t address, uint64_t bytes, Access access, int place);
[[gnu::cold]] void watchShared(Thread* t, Block* owner, uint64_t offset, uint64_t bytes, Access access, int place);

// Who had written each pair of the bytes that an asynchronous copy reads, when it began.
struct CopiedFrom {
  uint32_t writers[8] = {};
};
// From here to the wait, the bytes that it writes are nobody's to touch, and those that it reads nobody's to write.
CopiedFrom watchCopyBegin(Thread* t, uint64_t offset, uint64_t bytes, uint64_t from, uint64_t sourceBytes, int place);
void watchCopyEnd(Thread* t, const CopiedFrom& begun, uint64_t offset, uint64_t bytes, uint64_t from,
    uint64_t sourceBytes, int place);

// Stands before a store or an atomic update at that address: it releases where it says so, or where a fence came
// before. `isOfBlock`: with scope .cta.
void release(Thread* t, const unsigned char* at, bool isRelease, bool isUpdate, bool isOfBlock);
// Stands behind a load or an atomic update: it acquires where it says so, else a fence may do so later.
void acquire(Thread* t, const unsigned char* at, bool isAcquire, bool isOfBlock);
void fence(Thread* t, bool isOfBlock);

// A register that no instruction has written is used.
[[noreturn, gnu::cold]] void unsetRegister(Thread* t, const char* name, int place);

}  // namespace tw
