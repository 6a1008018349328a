#include "failure.h"
#include "scheduler.h"
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace tw {

namespace {

constexpr int FAILED = 3;
const Place* places = nullptr;

std::string format(const char* format, va_list values) {
  char line[1024];
  vsnprintf(line, sizeof line, format, values);
  return line;
}

void onSignal(int signal) {
  // Not safe in a signal handler by the letter; whoever sent the signal kills the process where this hangs.
  if (signal == SIGTERM) failLaunch("hang", "no end in time: " + whereThreadsAre());
  failLaunch("crash", text("the translated code crashed with signal %d: %s", signal, whereThreadsAre().c_str()));
}

}  // namespace

std::string text(const char* form, ...) {
  va_list values;
  va_start(values, form);
  std::string result = format(form, values);
  va_end(values);
  return result;
}

std::string placeText(int place) {
  if (place < 0 || places == nullptr) return "its start";
  const Place& p = places[place];
  const char* const slash = strrchr(p.file, '/');
  return p.line == 0 ? text("(%s)", p.instruction) : text("%s:%d (%s)", slash ? slash + 1 : p.file, p.line,
      p.instruction);
}

void failLaunch(const char* reason, const std::string& message) {
  const Launch* const launch = currentLaunch();
  fprintf(stderr, "%s\t%s: %s\n", reason, launch ? launch->kernel->name : "job", message.c_str());
  fflush(stderr);
  _exit(FAILED);
}

void fail(const Thread* t, int place, const char* reason, const char* message, ...) {
  va_list values;
  va_start(values, message);
  const std::string what = format(message, values);
  va_end(values);
  fprintf(stderr, "%s\t%s: %s; in thread (%u,%u,%u) of block (%u,%u,%u) of %s\n", reason, placeText(place).c_str(),
      what.c_str(), t->tid.x, t->tid.y, t->tid.z,
          t->ctaid.x, t->ctaid.y, t->ctaid.z, currentLaunch()->kernel->name);
  fflush(stderr);
  _exit(FAILED);
}

void installSignalHandlers() {
  // A stack of its own: the fiber's may be what overflowed.
  static unsigned char stack[1 << 16];
  stack_t alternative{};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_handler = onSignal;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGTERM, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigaction(signal, &action, nullptr);
}

void usePlaces(const Place* used) { places = used; }

}  // namespace tw
