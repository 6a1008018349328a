#include "copies.h"
#include "memory.h"
#include <cstring>

namespace tw {

namespace {

// Both the reading and the writing happen here, at the last moment that the hardware may take: a source that is
// overwritten too early shows as well as a destination that is read too early.
void complete(Thread* t, uint64_t beforeGroup) {
  CopyQueue& queue = *t->copies;
  size_t done = 0;
  for (; done < queue.begun.size() && queue.begun[done].group < beforeGroup; done++) {
    const Copy& copy = queue.begun[done];
    if (t->history != nullptr)
      watchCopyEnd(t, copy.watched, copy.toOffset, copy.bytes, copy.from, copy.sourceBytes, copy.place);
    memcpy(copy.to, reinterpret_cast<const void*>(copy.from), copy.sourceBytes);
    memset(copy.to + copy.sourceBytes, 0, copy.bytes - copy.sourceBytes);
  }
  queue.begun.erase(queue.begun.begin(), queue.begun.begin() + done);
}

}  // namespace

void copyAsync(Thread* t, uint32_t to, uint64_t from, uint32_t bytes, uint32_t sourceBytes, int place) {
  checkShared<Access::Write>(t, to, bytes, place);
  if (sourceBytes > bytes) fail(t, place, "cp-async", "copies %u bytes from a source into %u", sourceBytes, bytes);
  // A copy of nothing reads nothing: kernels hand over any address then.
  if (sourceBytes > 0) {
    if (from % bytes != 0) fail(t, place, "misaligned", "copies %u bytes from an address that is no multiple of %u",
        bytes, bytes);
    checkGlobal<Access::Read>(t, from, 1, place);
    checkGlobal<Access::Read>(t, from + sourceBytes - 1, 1, place);
  }
  CopiedFrom watched;
  if (t->history != nullptr) watched = watchCopyBegin(t, to, bytes, from, sourceBytes, place);
  t->copies->begun.push_back({t->shared + to, to, from, bytes, sourceBytes, t->copies->group, place, watched});
}

void commitCopies(Thread* t) { t->copies->group++; }

void waitForGroups(Thread* t, uint32_t keep) {
  CopyQueue& queue = *t->copies;
  if (queue.group > keep) complete(t, queue.group - keep);
}

void waitForCopies(Thread* t) {
  t->copies->group++;
  complete(t, t->copies->group);
}

}  // namespace tw
