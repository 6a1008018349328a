#include "warp.h"
#include "failure.h"
#include "scheduler.h"
#include <algorithm>

namespace tw {

namespace {

template <class F>
void eachLane(uint32_t mask, F f) {
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1) f(uint32_t(__builtin_ctz(rest)));
}

void complete(Block& block, uint32_t warp, const Gathering& gathering, uint32_t exceptLane) {
  if (gathering.combine != nullptr) gathering.combine(gathering.arguments, gathering.mask);
  else if (block.threads[warp * 32].history != nullptr) {
    Thread* lanes[32];
    uint32_t count = 0;
    eachLane(gathering.mask, [&](uint32_t lane) { lanes[count++] = &block.threads[warp * 32 + lane]; });
    meetInWarp(lanes, count, gathering.isWhole);
  }
  for (uint32_t lane = 0; lane < 32; lane++)
    if ((gathering.mask >> lane & 1) != 0 && lane != exceptLane) {
      Thread& other = block.threads[warp * 32 + lane];
      other.state = State::Ready;
      wake(&other);
    }
}

}  // namespace

void together(Thread* t, uint32_t mask, Combine combine, void* argument, bool aligned, int place) {
  Warp& warp = t->block->warps[t->warp];
  if ((mask >> t->lane & 1) == 0) fail(t, place, "divergence",
      "lane %u takes part in an operation whose mask 0x%08x leaves it out", t->lane, mask);
  const bool isWhole = (mask & warp.all) == warp.all;
  mask &= warp.alive;
  auto& all = warp.gatherings;
  auto found = std::find_if(all.begin(), all.end(), [&](const Gathering& g) {
    return g.mask == mask && g.combine == combine && (g.arrived >> t->lane & 1) == 0 && (!aligned || g.place == place);
  });
  if (found == all.end()) {
    // A lane that this operation waits for waits for this lane elsewhere: neither will ever come.
    for (const Gathering& g : all)
      if ((g.mask >> t->lane & 1) != 0 && (g.arrived & mask) != 0)
        fail(t, place, "divergence",
            "lane %u is here with mask 0x%08x, while other lanes of warp %u wait for it with mask 0x%08x at %s",
                t->lane, mask, t->warp, g.mask,
             placeText(g.place).c_str());
    all.push_back({mask, 0, true, combine, place, {}});
    found = all.end() - 1;
  }
  found->arguments[t->lane] = argument;
  found->arrived |= 1u << t->lane;
  found->isWhole &= isWhole;
  t->place = place;
  if (found->arrived != mask) {
    t->state = State::AtCollective;
    suspend(t);
    return;
  }
  const Gathering gathering = *found;
  all.erase(found);
  complete(*t->block, t->warp, gathering, t->lane);
  if (letOthersGoFirst()) {
    wake(t);
    suspend(t);
  }
}

void laneReturned(Thread* t, Warp& warp) {
  warp.alive &= ~(1u << t->lane);
  // Operations wait for the lanes that have not returned.
  for (size_t i = 0; i < warp.gatherings.size(); i++) {
    Gathering& waiting = warp.gatherings[i];
    waiting.mask &= warp.alive;
    if (waiting.mask == 0 || waiting.arrived != waiting.mask) continue;
    const Gathering gathering = waiting;
    warp.gatherings.erase(warp.gatherings.begin() + long(i--));
    complete(*t->block, t->warp, gathering, t->lane);
  }
}

namespace {

struct Shuffle {
  uint32_t value, from, result;
};

void combineShuffle(void* const* arguments, uint32_t mask) {
  eachLane(mask, [&](uint32_t lane) {
    Shuffle& own = *static_cast<Shuffle*>(arguments[lane]);
    // A lane outside the mask has no value to give; the PTX manual leaves it undefined, a NaN pattern shows.
    own.result = (mask >> own.from & 1) != 0 ? static_cast<Shuffle*>(arguments[own.from])->value : 0xFFFFFFFF;
  });
}

struct Vote {
  bool predicate;
  uint32_t result;
};

void combineVote(void* const* arguments, uint32_t mask) {
  uint32_t trues = 0;
  eachLane(mask, [&](uint32_t lane) { trues |= uint32_t(static_cast<Vote*>(arguments[lane])->predicate) << lane; });
  eachLane(mask, [&](uint32_t lane) { static_cast<Vote*>(arguments[lane])->result = trues; });
}

struct Reduced {
  uint32_t value;
};

uint32_t reduceTwo(Redux redux, uint32_t a, uint32_t b) {
  switch (redux) {
    case Redux::Add: return a + b;
    case Redux::MinSigned: return uint32_t(std::min(int32_t(a), int32_t(b)));
    case Redux::MaxSigned: return uint32_t(std::max(int32_t(a), int32_t(b)));
    case Redux::MinUnsigned: return std::min(a, b);
    case Redux::MaxUnsigned: return std::max(a, b);
    case Redux::And: return a & b;
    case Redux::Or: return a | b;
    case Redux::Xor: return a ^ b;
  }
  __builtin_unreachable();
}

template <Redux redux>
void combineRedux(void* const* arguments, uint32_t mask) {
  uint32_t result = static_cast<Reduced*>(arguments[__builtin_ctz(mask)])->value;
  eachLane(mask & (mask - 1), [&](uint32_t lane) { result = reduceTwo(redux, result,
      static_cast<Reduced*>(arguments[lane])->value); });
  eachLane(mask, [&](uint32_t lane) { static_cast<Reduced*>(arguments[lane])->value = result; });
}

struct Match {
  uint64_t value;
  uint32_t same;
};

void combineMatch(void* const* arguments, uint32_t mask) {
  eachLane(mask, [&](uint32_t lane) {
    Match& own = *static_cast<Match*>(arguments[lane]);
    own.same = 0;
    eachLane(mask, [&](uint32_t other) {
      if (static_cast<Match*>(arguments[other])->value == own.value) own.same |= 1u << other;
    });
  });
}

}  // namespace

uint32_t shuffle(Thread* t, ShuffleMode mode, uint32_t value, uint32_t lane, uint32_t clamp, uint32_t mask,
    bool& inside, int place) {
  // PTX ISA, shfl.sync: bits 12:8 of the operand split the warp into segments, bits 4:0 bound the source lane.
  const uint32_t segment = clamp >> 8 & 31;
  const uint32_t own = t->lane;
  const uint32_t first = own & segment;
  const int bound = int(first | (clamp & 31 & ~segment));
  const uint32_t b = lane & 31;
  int from = 0;
  switch (mode) {
    case ShuffleMode::Up: from = int(own) - int(b); break;
    case ShuffleMode::Down: from = int(own + b); break;
    case ShuffleMode::Butterfly: from = int(own ^ b); break;
    case ShuffleMode::Index: from = int(first | (b & ~segment)); break;
  }
  inside = mode == ShuffleMode::Up ? from >= bound : from <= bound;
  Shuffle argument{value, inside ? uint32_t(from) : own, 0};
  together(t, mask, combineShuffle, &argument, false, place);
  return argument.result;
}

uint32_t ballot(Thread* t, bool predicate, uint32_t mask, int place) {
  Vote argument{predicate, 0};
  together(t, mask, combineVote, &argument, false, place);
  return argument.result;
}

uint32_t reduce(Thread* t, Redux redux, uint32_t value, uint32_t mask, int place) {
  // One function for each operation, so that lanes which do different ones are told apart.
  static const Combine combines[] = {
      combineRedux<Redux::Add>,         combineRedux<Redux::MinSigned>,   combineRedux<Redux::MaxSigned>,
      combineRedux<Redux::MinUnsigned>, combineRedux<Redux::MaxUnsigned>, combineRedux<Redux::And>,
      combineRedux<Redux::Or>,          combineRedux<Redux::Xor>};
  Reduced argument{value};
  together(t, mask, combines[int(redux)], &argument, false, place);
  return argument.value;
}

uint32_t matchAny(Thread* t, uint64_t value, uint32_t mask, int place) {
  Match argument{value, 0};
  together(t, mask, combineMatch, &argument, false, place);
  return argument.same;
}

uint32_t matchAll(Thread* t, uint64_t value, uint32_t mask, bool& all, int place) {
  const uint32_t alive = t->block->warps[t->warp].alive;
  all = matchAny(t, value, mask, place) == (mask & alive);
  return all ? mask & alive : 0;
}

void warpBarrier(Thread* t, uint32_t mask, int place) { together(t, mask, nullptr, nullptr, false, place); }

}  // namespace tw
