// The one way in which a run ends badly: a line `reason<tab>message` on stderr and exit code 3.
#pragma once
#include "thread.h"
#include <string>

namespace tw {

[[gnu::format(printf, 1, 2)]] std::string text(const char* format, ...);

// `k.cu:12 (ld.global.f32)`
std::string placeText(int place);

// A failure of the launch as a whole, of no single thread.
[[noreturn]] void failLaunch(const char* reason, const std::string& message);

// Turns SIGTERM (the parent's deadline) and crashes of translated code into failures.
void installSignalHandlers();

// The places of the module that is running.
void usePlaces(const Place* places);

}  // namespace tw
