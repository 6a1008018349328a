// Global memory, as whoever runs a plan sees it.
#pragma once
#include <cstdint>
#include <string>

namespace tw {

// Address of a new buffer of that many bytes, all zero, with guard pages before and behind it. The name is for
// messages; `isWritten` says whether a kernel may read it before one has written it.
uint64_t allocate(const std::string& name, uint64_t bytes, bool isWritten);

// `bytes 4 to 7 of x`
std::string globalText(uint64_t address, uint64_t bytes);
bool isWrittenAtStart(uint64_t address);

}  // namespace tw
