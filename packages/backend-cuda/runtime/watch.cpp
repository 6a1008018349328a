#include "arena.h"
#include "earlier.h"
#include "failure.h"
#include "memory.h"
#include "order.h"
#include "scheduler.h"
#include "shadow.h"
#include <memory>

namespace tw {

namespace {

constexpr uint32_t LIST = uint32_t(1) << 31;

std::vector<List> lists;
std::vector<uint32_t> freeLists;

bool isStrong(Access access) { return access >= Access::StrongRead; }
bool writes(Access access) { return access == Access::Write || access >= Access::StrongWrite; }
bool reads(Access access) { return access != Access::Write && access != Access::StrongWrite; }

// An access to some bytes.
struct Attempt {
  Thread* t;
  Access access;
  bool isByte;
  int place;
  Block* owner;      // of shared memory; null for global
  uint64_t address;  // or the offset in shared memory
  uint64_t bytes;
  uint32_t segment;

  Earlier earlier() const {
    const History& h = *t->history;
    return {segment, h.warp(), 1u << t->lane, place, writes(access), isStrong(access), isByte};
  }
};

std::string bytesText(const Attempt& a) {
  if (a.owner == nullptr) return globalText(a.address, a.bytes);
  const std::string range = text("bytes %llu to %llu of shared memory", (unsigned long long)a.address,
      (unsigned long long)(a.address + a.bytes - 1));
  if (a.owner == a.t->block) return range;
  const Dim& b = a.owner->index;
  return range + text(" of block (%u,%u,%u)", b.x, b.y, b.z);
}

[[noreturn, gnu::cold]] void race(const Attempt& a, uint32_t thread, const char* did, int place) {
  fail(a.t, a.place, "race", "%s %s, which %s %s at %s, and nothing orders the two", verbOf(a.access),
      bytesText(a).c_str(), threadText(thread).c_str(), did, placeText(place).c_str());
}

[[noreturn, gnu::cold]] void notAwaited(const Attempt& a, const Cell& cell) {
  fail(a.t, a.place, "copy-not-awaited", "%s %s, while a copy to them that %s began at %s is not waited for",
      verbOf(a.access), bytesText(a).c_str(), threadText(segmentAt(cell.writer).thread).c_str(),
      placeText(int(cell.writerPlace)).c_str());
}

[[noreturn, gnu::cold]] void neverWritten(const Attempt& a) {
  fail(a.t, a.place, "uninitialised", "%s %s, which nobody has written so far", verbOf(a.access), bytesText(a).c_str());
}

// ---- earlier accesses

Earlier readerOf(const Cell& cell) {
  return {cell.reader, segmentAt(cell.reader).warp(), cell.readerLanes, int(cell.readerPlace), false,
      bool(cell.isReaderStrong), bool(cell.isReaderByte)};
}

Earlier writerOf(const Cell& cell) {
  const Segment& s = segmentAt(cell.writer);
  return {cell.writer, s.warp(), 1u << s.thread % 32, int(cell.writerPlace), true, bool(cell.isStrong),
      bool(cell.isByte)};
}

bool hasList(const Cell& cell) { return (cell.reader & LIST) != 0; }
List& listOf(const Cell& cell) { return lists[cell.reader & ~LIST]; }

void setReader(Cell& cell, const Earlier& reader) {
  cell.reader = reader.segment;
  cell.readerLanes = reader.lanes;
  cell.readerPlace = uint32_t(reader.place);
  cell.isReaderStrong = reader.isStrong;
  cell.isReaderByte = reader.isByte;
}

void beginList(Cell& cell) {
  if (freeLists.empty()) {
    freeLists.push_back(uint32_t(lists.size()));
    lists.emplace_back();
  }
  const uint32_t number = freeLists.back();
  freeLists.pop_back();
  if (cell.reader != 0) insert(lists[number], readerOf(cell));
  cell.reader = LIST | number;
}

void endList(const Cell& cell) {
  List& list = listOf(cell);
  for (std::vector<Earlier>& all : list.kinds) all.clear();
  list.count = 0;
  freeLists.push_back(cell.reader & ~LIST);
}

void forget(Cell& cell) {
  if (hasList(cell)) endList(cell);
  cell.reader = 0;
}

void addReader(Cell& cell, const Attempt& a) {
  const Earlier reader = a.earlier();
  if (!hasList(cell)) {
    if (cell.reader == 0) return setReader(cell, reader);
    Earlier before = readerOf(cell);
    if (standsFor(reader, before) && isBefore(before, a.t)) return setReader(cell, reader);
    if (merge(before, reader)) return setReader(cell, before);
    beginList(cell);
  }
  addToList(listOf(cell), reader, reader, a.t);
}

// What the write does not stand for stays: accesses that it may meet without an order, or weak ones where it is strong.
void setWriter(Cell& cell, const Attempt& a) {
  const Earlier writer = a.earlier();
  if (!writer.isStrong && !writer.isByte) {
    forget(cell);
  } else {
    const auto isGone = [&](const Earlier& e) { return standsFor(writer, e) && isBefore(e, a.t); };
    if (!hasList(cell) && cell.reader != 0 && isGone(readerOf(cell))) cell.reader = 0;
    if (cell.writer != 0 && !isGone(writerOf(cell))) {
      if (!hasList(cell)) beginList(cell);
      addToList(listOf(cell), writerOf(cell), writer, a.t);
    }
  }
  cell.writer = a.segment;
  cell.writerPlace = uint32_t(a.place);
  cell.isStrong = writer.isStrong;
  cell.isByte = writer.isByte;
}

void checkOrder(const Attempt& a, const Earlier& e) {
  if (!e.isWrite && !writes(a.access)) return;
  if ((e.isStrong && isStrong(a.access)) || (e.isByte && a.isByte)) return;
  const uint32_t thread = unordered(e.segment, e.lanes, a.t);
  if (thread != NOBODY) race(a, thread, e.isWrite ? "wrote" : "read", e.place);
}

void checkList(const Attempt& a, const List& list) {
  const bool isWrite = writes(a.access), isStrongAccess = isStrong(a.access);
  for (const std::vector<Earlier>& all : list.kinds) {
    if (all.empty() || !(isWrite || all[0].isWrite) || (isStrongAccess && all[0].isStrong)) continue;
    for (const Earlier& e : all) checkOrder(a, e);
  }
}

// ---- one cell

void checkCell(Cell& cell, const Attempt& a, uint32_t mask) {
  if (cell.isOnItsWay) notAwaited(a, cell);
  if (reads(a.access) && (cell.isWritten & mask) != mask) neverWritten(a);
  if (cell.writer != 0 && cell.writer != a.segment) checkOrder(a, writerOf(cell));
  if (hasList(cell)) checkList(a, listOf(cell));
  else if (cell.reader != 0) checkOrder(a, readerOf(cell));
  if (!writes(a.access)) return addReader(cell, a);
  setWriter(cell, a);
  cell.isWritten |= mask;
}

template <class Cells>
void checkCells(Cells cellAt, const Attempt& a) {
  if (a.isByte) return checkCell(cellAt(a.address), a, 1 << (a.address & 1));
  for (uint64_t at = a.address; at < a.address + a.bytes; at += CELL_BYTES) checkCell(cellAt(at), a, 3);
}

Cell& sharedCell(Block* owner, uint64_t offset) { return owner->shadow[offset / CELL_BYTES]; }

// ---- global memory: cells for each page that was touched

constexpr uint64_t CELLS_OF_PAGE = PAGE_BYTES / CELL_BYTES;
std::unordered_map<uint64_t, std::unique_ptr<Cell[]>> pages;

Cell& globalCell(uint64_t address) {
  static uint64_t lastPage = 0;
  static Cell* lastCells = nullptr;
  const uint64_t page = address >> PAGE_BITS;
  if (page != lastPage) {
    std::unique_ptr<Cell[]>& cells = pages[page];
    if (cells == nullptr) {
      cells.reset(new Cell[CELLS_OF_PAGE]);
      if (isWrittenAtStart(address))
        for (uint64_t i = 0; i < CELLS_OF_PAGE; i++) cells[i].isWritten = 3;
    }
    lastPage = page;
    lastCells = cells.get();
  }
  return lastCells[(address & (PAGE_BYTES - 1)) / CELL_BYTES];
}

}  // namespace

const char* verbOf(Access access) {
  return !writes(access) ? "reads" : !reads(access) ? "writes" : "atomically updates";
}

void beginShadow() {
  for (const auto& entry : pages)
    for (uint64_t i = 0; i < CELLS_OF_PAGE; i++) {
      Cell fresh;
      fresh.isWritten = entry.second[i].isWritten;
      entry.second[i] = fresh;
    }
  lists.clear();
  freeLists.clear();
}

void endShadow(const Shadow& shadow) {
  for (const Cell& cell : shadow) if (hasList(cell)) endList(cell);
}

void watchGlobal(Thread* t, uint64_t address, uint64_t bytes, Access access, int place) {
  checkCells(globalCell, {t, access, bytes == 1, place, nullptr, address, bytes, segmentOf(t)});
}

void watchShared(Thread* t, Block* owner, uint64_t offset, uint64_t bytes, Access access, int place) {
  checkCells([=](uint64_t at) -> Cell& { return sharedCell(owner, at); },
      {t, access, bytes == 1, place, owner, offset, bytes, segmentOf(t)});
}

CopiedFrom watchCopyBegin(Thread* t, uint64_t offset, uint64_t bytes, uint64_t from, uint64_t sourceBytes,
    int place) {
  CopiedFrom begun;
  watchShared(t, t->block, offset, bytes, Access::Write, place);
  for (uint64_t at = 0; at < bytes; at += CELL_BYTES) sharedCell(t->block, offset + at).isOnItsWay = 1;
  if (sourceBytes > 0) watchGlobal(t, from, sourceBytes, Access::Read, place);
  for (uint64_t at = 0; at < sourceBytes; at += CELL_BYTES)
    begun.writers[at / CELL_BYTES] = globalCell(from + at).writer;
  // The thread itself may overwrite the source too early.
  endSegment(t);
  return begun;
}

void watchCopyEnd(Thread* t, const CopiedFrom& begun, uint64_t offset, uint64_t bytes, uint64_t from,
    uint64_t sourceBytes, int place) {
  for (uint64_t at = 0; at < bytes; at += CELL_BYTES) {
    Cell& cell = sharedCell(t->block, offset + at);
    cell.isOnItsWay = 0;
    cell.writer = segmentOf(t);
  }
  if (sourceBytes == 0) return;
  const Attempt a{t, Access::Read, false, place, nullptr, from, sourceBytes, segmentOf(t)};
  for (uint64_t at = 0; at < sourceBytes; at += CELL_BYTES) {
    const Cell& cell = globalCell(from + at);
    if (cell.writer != begun.writers[at / CELL_BYTES])
      race(a, segmentAt(cell.writer).thread, "wrote", int(cell.writerPlace));
  }
  checkCells(globalCell, a);
}

void unsetRegister(Thread* t, const char* name, int place) {
  fail(t, place, "uninitialised", "uses register %s, which no instruction before has written", name);
}

}  // namespace tw
