// A stand-in for the library of the NVIDIA driver, for tests: the functions that src/gpu/driver.ts binds, with modules
// that run on the CPU. What cuModuleLoadData takes is the path of a translated module (src/cpu-module.ts) as text.
//
// TILEWRIGHT_STANDIN, things apart by blanks, says what it does besides:
//   log=FILE                            a line for what is worth a line goes there
//   init=NUMBER                         cuInit answers with it
//   gpus=COUNT                          1 without
//   illegal=KERNEL hang=KERNEL abort=KERNEL   what a launch of that kernel makes of the context
#include "../runtime/arena.h"
#include "../runtime/failure.h"
#include "../runtime/scheduler.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <map>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

enum Result {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  NOT_FOUND = 500,
  ILLEGAL_ADDRESS = 700,
  COOPERATIVE_LAUNCH_TOO_LARGE = 720,
};

const std::map<int, std::pair<const char*, const char*>> TEXTS = {
    {SUCCESS, {"CUDA_SUCCESS", "no error"}},
    {INVALID_VALUE, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
    {NO_DEVICE, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
    {INVALID_DEVICE, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
    {INVALID_IMAGE, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
    {INVALID_CONTEXT, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
    {NOT_FOUND, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
    {ILLEGAL_ADDRESS, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
    {COOPERATIVE_LAUNCH_TOO_LARGE,
        {"CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE", "too many blocks in cooperative launch"}},
};

// An H100 with few multiprocessors. Numbers of CUdevice_attribute in cuda.h.
constexpr unsigned SMS = 8, BLOCKS_PER_SM = 4;
const std::map<int, int> ATTRIBUTES = {{1, 1024}, {8, 49152}, {10, 32}, {12, 65536}, {16, int(SMS)}, {36, 2619000},
    {37, 5120}, {38, 50 << 20}, {39, 2048}, {75, 9}, {76, 0}, {81, 233472}, {82, 65536}, {97, 232448}, {106, 32},
    {111, 1024}};
constexpr uint64_t DEVICE_MEMORY = uint64_t(1) << 44;  // where the runtime's arena begins
constexpr unsigned WITHOUT_OPTIN = 48 << 10, OPTIN = 232448;

struct Function {
  const tw::Module* module;
  const tw::Kernel* kernel;
  unsigned dynamicShared;
};

std::string option(const char* name) {
  const char* const all = getenv("TILEWRIGHT_STANDIN");
  std::istringstream words(all == nullptr ? "" : all);
  const std::string start = std::string(name) + "=";
  for (std::string word; words >> word;)
    if (word.rfind(start, 0) == 0) return word.substr(start.size());
  return "";
}

template <class... T>
void log(const char* format, T... values) {
  static FILE* const file = option("log").empty() ? nullptr : fopen(option("log").c_str(), "a");
  if (file == nullptr) return;
  fprintf(file, format, values...);
  fputc('\n', file);
  fflush(file);
}

bool isInitialised = false, hasContext = false, hangs = false;
int broken = SUCCESS;  // the error that ended the context: every call answers with it from then on

// What calls that need a context begin with.
int state() { return hasContext ? broken : INVALID_CONTEXT; }

int waitForGpu() {
  while (hangs) sleep(1);
  return state();
}

int launch(Function* f, tw::Dim grid, tw::Dim block, unsigned shared, void** arguments, bool cooperative) {
  if (state() != SUCCESS) return state();
  const char* const name = f->kernel->name;
  log("launch %s %u %u %s", name, grid.x * grid.y * grid.z, shared, cooperative ? "cooperative" : "plain");
  if (f->kernel->staticShared + shared > std::max(WITHOUT_OPTIN, f->kernel->staticShared + f->dynamicShared))
    return INVALID_VALUE;
  if (cooperative && grid.x * grid.y * grid.z > BLOCKS_PER_SM * SMS) return COOPERATIVE_LAUNCH_TOO_LARGE;
  if (option("abort") == name) abort();
  if (option("hang") == name) return hangs = true, SUCCESS;
  if (option("illegal") == name) return broken = ILLEGAL_ADDRESS, SUCCESS;
  // A cubin says how wide each argument is, a translated module the sum only: a pointer is known by its value, and all
  // else are integers of 4 bytes.
  std::vector<unsigned char> bytes(f->kernel->argumentBytes);
  for (size_t at = 0, i = 0; at < bytes.size(); i++) {
    uint64_t value;
    memcpy(&value, arguments[i], sizeof value);
    const size_t width = value >= DEVICE_MEMORY ? 8 : 4;
    if (at + width > bytes.size()) return INVALID_VALUE;
    memcpy(&bytes[at], &value, width);
    at += width;
  }
  tw::usePlaces(f->module->places);
  static const uint64_t gridWorkspace = tw::allocate("the grid barrier's workspace", 256, true);
  tw::run({f->kernel, bytes.data(), grid, block, shared, cooperative, 0, gridWorkspace, false});
  return SUCCESS;
}

// Modules call back into the runtime, which is in this library.
void showOwnSymbols() {
  Dl_info own;
  if (dladdr(reinterpret_cast<void*>(&showOwnSymbols), &own) != 0)
    dlopen(own.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
  if (!option("init").empty()) return atoi(option("init").c_str());
  isInitialised = true;
  return SUCCESS;
}

int cuGetErrorName(int error, const char** text) {
  const auto found = TEXTS.find(error);
  return found == TEXTS.end() ? INVALID_VALUE : (*text = found->second.first, SUCCESS);
}

int cuGetErrorString(int error, const char** text) {
  const auto found = TEXTS.find(error);
  return found == TEXTS.end() ? INVALID_VALUE : (*text = found->second.second, SUCCESS);
}

int cuDriverGetVersion(int* version) { return *version = 13000, SUCCESS; }

int cuDeviceGetCount(int* count) {
  return *count = option("gpus").empty() ? 1 : atoi(option("gpus").c_str()), isInitialised ? SUCCESS : 3;
}

int cuDeviceGet(int* device, int ordinal) {
  int count;
  cuDeviceGetCount(&count);
  return ordinal < count ? (*device = ordinal, SUCCESS) : INVALID_DEVICE;
}

int cuDeviceGetName(char* name, int bytes, int) { return snprintf(name, size_t(bytes), "Stand-in (software)"), SUCCESS; }

int cuDeviceGetUuid_v2(unsigned char* uuid, int device) {
  for (int i = 0; i < 16; i++) uuid[i] = (unsigned char)(16 * i + device);
  return SUCCESS;
}

int cuDeviceTotalMem_v2(size_t* bytes, int) { return *bytes = size_t(80) << 30, SUCCESS; }

int cuDeviceGetAttribute(int* value, int attribute, int) {
  const auto found = ATTRIBUTES.find(attribute);
  return found == ATTRIBUTES.end() ? INVALID_VALUE : (*value = found->second, SUCCESS);
}

int cuDevicePrimaryCtxRetain(void** context, int) {
  static int primary;
  log("context");
  return *context = &primary, SUCCESS;
}

int cuCtxSetCurrent(void*) { return hasContext = true, SUCCESS; }
int cuCtxSynchronize() { return waitForGpu(); }

int cuModuleLoadData(void** module, const void* image) {
  if (state() != SUCCESS) return state();
  showOwnSymbols();
  void* const library = dlopen(static_cast<const char*>(image), RTLD_NOW);
  if (library == nullptr) return fprintf(stderr, "%s\n", dlerror()), INVALID_IMAGE;
  *module = dlsym(library, "tilewright_module");
  if (*module == nullptr) return INVALID_IMAGE;
  const tw::Module& loaded = *static_cast<const tw::Module*>(*module);
  for (uint32_t i = 0; i < loaded.variableCount; i++) {
    const tw::Variable& v = loaded.variables[i];
    *v.address = tw::allocate(v.name, v.bytes, true);
    if (v.initial != nullptr) memcpy(reinterpret_cast<void*>(*v.address), v.initial, v.initialBytes);
  }
  log("load");
  return SUCCESS;
}

int cuModuleUnload(void*) { return log("unload"), state(); }

int cuModuleGetFunction(void** function, void* module, const char* name) {
  const tw::Module& loaded = *static_cast<const tw::Module*>(module);
  for (uint32_t i = 0; i < loaded.kernelCount; i++)
    if (strcmp(loaded.kernels[i].name, name) == 0)
      return *function = new Function{&loaded, &loaded.kernels[i], 0}, SUCCESS;
  return NOT_FOUND;
}

int cuFuncSetAttribute(void* function, int attribute, int value) {
  Function& f = *static_cast<Function*>(function);
  log("attribute %d %d %s", attribute, value, f.kernel->name);
  if (attribute != 8 || f.kernel->staticShared + unsigned(value) > OPTIN) return INVALID_VALUE;
  return f.dynamicShared = unsigned(value), SUCCESS;
}

int cuMemAlloc_v2(uint64_t* address, size_t bytes) {
  if (bytes == 0) return INVALID_VALUE;
  log("allocate");
  return *address = tw::allocate("device memory", bytes, true), state();
}

int cuMemFree_v2(uint64_t) { return log("free"), state(); }

int cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t bytes) {
  return memcpy(reinterpret_cast<void*>(to), from, bytes), waitForGpu();
}

int cuMemcpyDtoH_v2(void* to, uint64_t from, size_t bytes) {
  return memcpy(to, reinterpret_cast<void*>(from), bytes), waitForGpu();
}

int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, void*) {
  log("fill %d %zu", value, bytes);
  return memset(reinterpret_cast<void*>(to), value, bytes), state();
}

int cuLaunchKernel(void* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
    void*, void** arguments, void**) {
  return launch(static_cast<Function*>(f), {gx, gy, gz}, {bx, by, bz}, shared, arguments, false);
}

int cuLaunchCooperativeKernel(void* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, void*, void** arguments) {
  return launch(static_cast<Function*>(f), {gx, gy, gz}, {bx, by, bz}, shared, arguments, true);
}

int cuEventCreate(void** event, unsigned) { return *event = new Clock::time_point, state(); }

int cuEventRecord(void* event, void*) {
  log("record");
  return *static_cast<Clock::time_point*>(event) = Clock::now(), state();
}

int cuEventElapsedTime(float* milliseconds, void* begin, void* end) {
  const auto span = *static_cast<Clock::time_point*>(end) - *static_cast<Clock::time_point*>(begin);
  return *milliseconds = std::chrono::duration<float, std::milli>(span).count(), state();
}

}  // extern "C"
