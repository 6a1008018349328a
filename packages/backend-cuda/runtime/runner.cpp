// Runs a job: a translated module, buffers, and a sequence of launches; writes the output buffers.
//
//   runner JOB INPUTS OUTPUTS
//
// JOB is text, one thing a line (names have no blanks):
//   module FILE
//   seed N
//   watched 0|1                                     whether accesses are watched for races and unwritten bytes
//   buffer NAME input|output|inout|scratch|zeroed BYTES    the bytes of inputs follow each other in INPUTS
//   launch KERNEL GX GY GZ BX BY BZ SHARED COOPERATIVE ARGUMENTS
//   pointer NUMBER-OF-BUFFER | value NUMBER BYTES   one for each argument of the launch above
#include "arena.h"
#include "failure.h"
#include "scheduler.h"
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <string>
#include <vector>
#if defined(__linux__)
#include <csignal>
#include <sys/prctl.h>
#endif

namespace tw {

namespace {

struct Buffer {
  std::string name, role;
  uint64_t bytes, address;

  bool isRead() const { return role == "input" || role == "inout"; }
  bool holdsValues() const { return isRead() || role == "zeroed"; }
  bool isResult() const { return role == "output" || role == "inout"; }
};

struct Arguments {
  std::vector<unsigned char> bytes;

  // The lower bytes of a number, at the next multiple of their count.
  void add(uint64_t number, size_t count) {
    const size_t at = (bytes.size() + count - 1) / count * count;
    bytes.resize(at + count);
    memcpy(&bytes[at], &number, count);
  }
};

struct LaunchJob {
  std::string kernel;
  Dim grid, block;
  uint32_t shared;
  bool cooperative;
  Arguments arguments;
};

struct Job {
  std::string module;
  uint64_t seed = 0;
  bool watched = false;
  std::vector<Buffer> buffers;
  std::vector<LaunchJob> launches;
};

void readLaunch(std::istream& in, Job& job) {
  LaunchJob launch{};
  size_t count = 0;
  in >> launch.kernel >> launch.grid.x >> launch.grid.y >> launch.grid.z;
  in >> launch.block.x >> launch.block.y >> launch.block.z >> launch.shared >> launch.cooperative >> count;
  for (size_t i = 0; i < count; i++) {
    std::string kind;
    uint64_t number, bytes = 8;
    in >> kind >> number;
    if (kind == "value") in >> bytes;
    launch.arguments.add(kind == "value" ? number : job.buffers.at(number).address, bytes);
  }
  job.launches.push_back(std::move(launch));
}

Job readJob(std::istream& in) {
  Job job;
  for (std::string word; in >> word;) {
    if (word == "module") in >> job.module;
    if (word == "seed") in >> job.seed;
    if (word == "watched") in >> job.watched;
    if (word == "launch") readLaunch(in, job);
    if (word == "buffer") {
      Buffer b;
      in >> b.name >> b.role >> b.bytes;
      b.address = allocate(b.name, b.bytes, b.holdsValues());
      job.buffers.push_back(b);
    }
  }
  return job;
}

void fill(const Job& job, std::istream& inputs) {
  for (const Buffer& b : job.buffers) {
    char* const to = reinterpret_cast<char*>(b.address);
    if (b.isRead()) inputs.read(to, std::streamsize(b.bytes));
    // What a kernel leaves unwritten must not look like a result: all ones is NaN.
    if (!b.holdsValues() && b.bytes > 0) memset(to, 0xFF, b.bytes);
  }
  if (!inputs) failLaunch("job", "the inputs end too early");
}

const Module& load(const std::string& file) {
  void* const library = dlopen(file.c_str(), RTLD_NOW);
  if (library == nullptr) failLaunch("job", dlerror());
  const Module* const module = static_cast<const Module*>(dlsym(library, "tilewright_module"));
  if (module == nullptr) failLaunch("job", file + " is no translated module");
  for (uint32_t i = 0; i < module->variableCount; i++) {
    const Variable& v = module->variables[i];
    *v.address = allocate(v.name, v.bytes, true);
    if (v.initial != nullptr) memcpy(reinterpret_cast<void*>(*v.address), v.initial, v.initialBytes);
  }
  return *module;
}

const Kernel& find(const Module& module, const std::string& name) {
  for (uint32_t i = 0; i < module.kernelCount; i++)
    if (name == module.kernels[i].name) return module.kernels[i];
  failLaunch("job", "the module has no kernel " + name);
}

int runJob(const char* jobFile, const char* inputFile, const char* outputFile) {
  std::ifstream jobText(jobFile), inputs(inputFile, std::ios::binary);
  const Job job = readJob(jobText);
  fill(job, inputs);
  const Module& module = load(job.module);
  usePlaces(module.places);
  const uint64_t gridWorkspace = allocate("the grid barrier's workspace", 256, true);
  for (const LaunchJob& l : job.launches) {
    const Kernel& kernel = find(module, l.kernel);
    if (l.arguments.bytes.size() != kernel.argumentBytes) failLaunch("job",
        text("%s takes %u bytes of arguments, the job has %zu", kernel.name, kernel.argumentBytes,
            l.arguments.bytes.size()));
    run({&kernel, l.arguments.bytes.data(), l.grid, l.block, l.shared, l.cooperative, job.seed, gridWorkspace,
        job.watched});
  }
  std::ofstream outputs(outputFile, std::ios::binary);
  for (const Buffer& b : job.buffers)
    if (b.isResult()) outputs.write(reinterpret_cast<const char*>(b.address), std::streamsize(b.bytes));
  outputs.close();
  if (!outputs) failLaunch("job", "the outputs cannot be written");
  return 0;
}

}  // namespace

}  // namespace tw

int main(int count, char** words) {
  if (count != 4) {
    fprintf(stderr, "job\tusage: runner JOB INPUTS OUTPUTS\n");
    return 2;
  }
#if defined(__linux__)
  // A kernel may spin for ever: not longer than whoever started it lives.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  tw::installSignalHandlers();
  return tw::runJob(words[1], words[2], words[3]);
}
