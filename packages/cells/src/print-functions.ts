import type { UnaryOp } from './expression.ts'

/** The languages that expressions are printed in. */
export type Target = 'cuda' | 'wgsl'

/** How a target spells a function: its name, and the definitions it needs, in order. */
export interface FunctionSpelling {
  readonly name: string
  readonly definitions: readonly string[]
}

type FunctionOp = Exclude<UnaryOp, 'neg'> | 'min' | 'max'

/**
 * The spelling of a function in float32. None overflows or cancels: errors stay near 1e-7 relative, for all finite x. Only
 * CUDA's sigmoid, where it is e^x, has those of __expf, 2 + 1.173 |x| units in the last place (CUDA C++ Programming Guide,
 * intrinsic functions), which is 1e-7 at most of the whole range. In WGSL the definitions take and give values of a type,
 * f32 unless given.
 */
export function spellingOf(op: FunctionOp, target: Target, value?: string): FunctionSpelling {
  return target === 'cuda' ? cudaSpellings[op] : wgslSpellings(value)[op]
}

const cudaExp2 = `__device__ __forceinline__ float exp2_approximate(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}`

const cudaReciprocal = `__device__ __forceinline__ float reciprocal_approximate(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}`

// An IEEE division has a slow path: a call, which no element takes, but which keeps everything around it in order. Here
// one step of Newton's squares the error of the hardware's reciprocal; 1 + e is in [1, 2], without denormals and infinities.
// An element of minGRU takes 36 instructions so, and 100 with expf and a division (sm_90, nvcc 13.0).
const cudaSigmoid = `__device__ __forceinline__ float sigmoid(float x) {
  const float e = exp2_approximate(-1.4426950408889634f * fabsf(x));
  const float y = 1.0f + e;
  const float guess = reciprocal_approximate(y);
  const float r = fmaf(fmaf(-y, guess, 1.0f), guess, guess);
  return x >= 0.0f ? r : e * r;
}`

const cudaLogSigmoid = `__device__ __forceinline__ float log_sigmoid(float x) {
  return fminf(x, 0.0f) - log1pf(expf(-fabsf(x)));
}`

const cudaSoftplus = `__device__ __forceinline__ float softplus(float x) {
  return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)));
}`

// WGSL's own tanh may be (e^x - e^-x) / (e^x + e^-x): NaN for large x, no correct digits for small x. The polynomial is
// that of Cephes' tanhf, for |x| < 0.625; beyond, nothing cancels.
//
// WGSL has no log1p, and log(1 + e) loses the digits of a small e. With s = e / (2 + e) <= 1/3 the series of
// 2 atanh(s) = log(1 + e) leaves less than 2e-8 of the result after seven terms.
function wgslDefinitions(type: string, of: (literal: string) => string) {
  return {
    sigmoid: `fn sigmoid(x: ${type}) -> ${type} {
  let e = exp(-abs(x));
  return select(e, ${of('1.0')}, x >= ${of('0.0')}) / (1.0 + e);
}`,
    tanh: `// tanh without overflow, and accurate near 0, which the built-in function need not be
fn stable_tanh(x: ${type}) -> ${type} {
  let s = x * x;
  let series = (((-5.70498872745e-3 * s + 2.06390887954e-2) * s - 5.37397155531e-2) * s + 1.33314422036e-1) * s;
  let e = exp(-2.0 * abs(x));
  let small = x + x * s * (series - 3.33332819422e-1);
  let large = sign(x) * ((1.0 - e) / (1.0 + e));
  return select(large, small, abs(x) < ${of('0.625')});
}`,
    log1p: `// log(1 + e) for 0 <= e <= 1, as 2 atanh(e / (2 + e))
fn log1p_unit(e: ${type}) -> ${type} {
  let s = e / (2.0 + e);
  let q = s * s;
  let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q / 13.0));
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * tail)));
}`,
    logSigmoid: `fn log_sigmoid(x: ${type}) -> ${type} {
  return min(x, ${of('0.0')}) - log1p_unit(exp(-abs(x)));
}`,
    softplus: `fn softplus(x: ${type}) -> ${type} {
  return max(x, ${of('0.0')}) + log1p_unit(exp(-abs(x)));
}`,
  }
}

type Spellings = Readonly<Record<FunctionOp, FunctionSpelling>>

const cudaSpellings: Spellings = {
  exp: { name: 'expf', definitions: [] },
  log: { name: 'logf', definitions: [] },
  sqrt: { name: 'sqrtf', definitions: [] },
  tanh: { name: 'tanhf', definitions: [] },
  min: { name: 'fminf', definitions: [] },
  max: { name: 'fmaxf', definitions: [] },
  sigmoid: { name: 'sigmoid', definitions: [cudaExp2, cudaReciprocal, cudaSigmoid] },
  logSigmoid: { name: 'log_sigmoid', definitions: [cudaLogSigmoid] },
  softplus: { name: 'softplus', definitions: [cudaSoftplus] },
}

function wgslSpellings(value?: string): Spellings {
  const printed =
    value === undefined ? wgslDefinitions('f32', (x) => x) : wgslDefinitions(value, (x) => `${value}(${x})`)
  const { sigmoid, tanh, log1p, logSigmoid, softplus } = printed
  return {
    exp: { name: 'exp', definitions: [] },
    log: { name: 'log', definitions: [] },
    sqrt: { name: 'sqrt', definitions: [] },
    tanh: { name: 'stable_tanh', definitions: [tanh] },
    min: { name: 'min', definitions: [] },
    max: { name: 'max', definitions: [] },
    sigmoid: { name: 'sigmoid', definitions: [sigmoid] },
    logSigmoid: { name: 'log_sigmoid', definitions: [log1p, logSigmoid] },
    softplus: { name: 'softplus', definitions: [log1p, softplus] },
  }
}

/** Every function that printed code may call, those that its definitions call included. */
export function functionNames(target: Target): readonly string[] {
  const spellings = Object.values(target === 'cuda' ? cudaSpellings : wgslSpellings())
  const called = spellings.flatMap(({ definitions }) => definitions.join('\n').match(/\b[A-Za-z_]\w*(?=\()/g) ?? [])
  // A select of WGSL is a function; it has no spelling of its own.
  return [...new Set([...spellings.map(({ name }) => name), ...called, ...(target === 'wgsl' ? ['select'] : [])])]
}
