#include "arena.h"
#include "failure.h"
#include "memory.h"
#include "order.h"
#include "scheduler.h"
#include "shadow.h"
#include <memory>

namespace tw {

namespace {

constexpr uint32_t LIST = uint32_t(1) << 31;

struct Reader {
  uint32_t segment;
  int place;
  bool isWarp, isStrong, isByte;
};

// Where one reader is not enough: those of a cell that no later one is ordered after, at most one for each warp.
std::vector<std::vector<Reader>> lists;
std::vector<uint32_t> freeLists;

bool isStrong(Access access) { return access >= Access::StrongRead; }
bool writes(Access access) { return access == Access::Write || access >= Access::StrongWrite; }
bool reads(Access access) { return access != Access::Write && access != Access::StrongWrite; }

// An access to some bytes, for messages.
struct Attempt {
  Thread* t;
  Access access;
  bool isByte;
  int place;
  Block* owner;      // of shared memory; null for global
  uint64_t address;  // or the offset in shared memory
  uint64_t bytes;
};

std::string bytesText(const Attempt& a) {
  if (a.owner == nullptr) return globalText(a.address, a.bytes);
  const std::string range = text("bytes %llu to %llu of shared memory", (unsigned long long)a.address,
      (unsigned long long)(a.address + a.bytes - 1));
  if (a.owner == a.t->block) return range;
  const Dim& b = a.owner->index;
  return range + text(" of block (%u,%u,%u)", b.x, b.y, b.z);
}

[[noreturn, gnu::cold]] void race(const Attempt& a, uint32_t segment, const char* did, int place) {
  fail(a.t, a.place, "race", "%s %s, which %s %s at %s, and nothing orders the two", verbOf(a.access),
      bytesText(a).c_str(), threadText(segment).c_str(), did, placeText(place).c_str());
}

[[noreturn, gnu::cold]] void notAwaited(const Attempt& a, const Cell& cell) {
  fail(a.t, a.place, "copy-not-awaited", "%s %s, while a copy to them that %s began at %s is not waited for",
      verbOf(a.access), bytesText(a).c_str(), threadText(cell.writer).c_str(), placeText(int(cell.writerPlace)).c_str());
}

[[noreturn, gnu::cold]] void neverWritten(const Attempt& a) {
  fail(a.t, a.place, "uninitialised", "%s %s, which nobody has written so far", verbOf(a.access), bytesText(a).c_str());
}

// ---- readers

Reader singleReader(const Cell& cell) {
  return {cell.reader, int(cell.readerPlace), bool(cell.isReaderWarp), bool(cell.isReaderStrong),
      bool(cell.isReaderByte)};
}

void setReader(Cell& cell, const Reader& reader) {
  cell.reader = reader.segment;
  cell.readerPlace = uint32_t(reader.place);
  cell.isReaderWarp = reader.isWarp;
  cell.isReaderStrong = reader.isStrong;
  cell.isReaderByte = reader.isByte;
}

void dropReaders(Cell& cell) {
  if ((cell.reader & LIST) != 0) {
    lists[cell.reader & ~LIST].clear();
    freeLists.push_back(cell.reader & ~LIST);
  }
  cell.reader = 0;
}

// One reader that stands for two of the same warp between the same barriers.
Reader merged(const Reader& a, const Reader& b, bool isOneThread) {
  return {b.segment, b.place, !isOneThread || a.isWarp, a.isStrong && b.isStrong, a.isByte && b.isByte};
}

void addReader(Cell& cell, const Attempt& a) {
  const uint32_t segment = a.t->history->segment;
  const Reader reader{segment, a.place, false, isStrong(a.access), a.isByte};
  if (cell.reader == segment && !reader.isStrong && !reader.isByte) {
    cell.isReaderStrong = cell.isReaderByte = 0;
    return;
  }
  const uint32_t thread = threadOf(segment), warp = warpOf(segment);
  if ((cell.reader & LIST) == 0) {
    const Reader before = singleReader(cell);
    if (cell.reader == 0 || isBefore(before.segment, before.isWarp, a.t)) return setReader(cell, reader);
    if (warpOf(before.segment) == warp)
      return setReader(cell, merged(before, reader, threadOf(before.segment) == thread));
    if (freeLists.empty()) {
      freeLists.push_back(uint32_t(lists.size()));
      lists.emplace_back();
    }
    lists[freeLists.back()].push_back(before);
    cell.reader = LIST | freeLists.back();
    freeLists.pop_back();
  }
  std::vector<Reader>& list = lists[cell.reader & ~LIST];
  for (Reader& other : list)
    if (warpOf(other.segment) == warp) {
      other = isBefore(other.segment, other.isWarp, a.t) ? reader
          : merged(other, reader, threadOf(other.segment) == thread);
      return;
    }
  std::erase_if(list, [&](const Reader& other) { return isBefore(other.segment, other.isWarp, a.t); });
  list.push_back(reader);
}

void checkReader(const Attempt& a, const Reader& reader) {
  if ((reader.isStrong && isStrong(a.access)) || (reader.isByte && a.isByte)) return;
  if (!isBefore(reader.segment, reader.isWarp, a.t)) race(a, reader.segment, "read", reader.place);
}

// ---- one cell

void checkCell(Cell& cell, const Attempt& a, uint32_t mask) {
  if (cell.isOnItsWay) notAwaited(a, cell);
  if (reads(a.access) && (cell.isWritten & mask) != mask) neverWritten(a);
  const bool mayMeet = (cell.isStrong && isStrong(a.access)) || (cell.isByte && a.isByte);
  if (cell.writer != 0 && cell.writer != a.t->history->segment && !mayMeet && !isBefore(cell.writer, false, a.t))
    race(a, cell.writer, "wrote", int(cell.writerPlace));
  if (!writes(a.access)) return addReader(cell, a);
  if ((cell.reader & LIST) != 0) for (const Reader& reader : lists[cell.reader & ~LIST]) checkReader(a, reader);
  else if (cell.reader != 0) checkReader(a, singleReader(cell));
  dropReaders(cell);
  cell.writer = a.t->history->segment;
  cell.writerPlace = uint32_t(a.place);
  cell.isStrong = isStrong(a.access);
  cell.isByte = a.isByte;
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

void watchGlobal(Thread* t, uint64_t address, uint64_t bytes, Access access, int place) {
  checkCells(globalCell, {t, access, bytes == 1, place, nullptr, address, bytes});
}

void watchShared(Thread* t, Block* owner, uint64_t offset, uint64_t bytes, Access access, int place) {
  checkCells([=](uint64_t at) -> Cell& { return sharedCell(owner, at); },
      {t, access, bytes == 1, place, owner, offset, bytes});
}

void watchCopyBegin(Thread* t, uint64_t offset, uint64_t bytes) {
  for (uint64_t at = offset; at < offset + bytes; at += CELL_BYTES) sharedCell(t->block, at).isOnItsWay = 1;
}

void watchCopyEnd(Thread* t, uint64_t offset, uint64_t bytes, uint64_t from, uint64_t sourceBytes, int place) {
  for (uint64_t at = offset; at < offset + bytes; at += CELL_BYTES) {
    Cell& cell = sharedCell(t->block, at);
    cell.isOnItsWay = 0;
    cell.writer = t->history->segment;
  }
  if (sourceBytes > 0) watchGlobal(t, from, sourceBytes, Access::Read, place);
}

void unsetRegister(Thread* t, const char* name, int place) {
  fail(t, place, "uninitialised", "uses register %s, which no instruction before has written", name);
}

}  // namespace tw
