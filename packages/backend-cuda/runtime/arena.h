// Global memory, as whoever runs a plan sees it.
#pragma once
#include <cstdint>
#include <string>

namespace tw {

// Address of a new buffer of that many bytes, all zero, with guard pages before and behind it. The name is for
// messages.
uint64_t allocate(const std::string& name, uint64_t bytes);

}  // namespace tw
