import { describe, expect, test } from 'vitest'
import { evaluate, input, logSigmoid, max, printExpressions, sigmoid, softplus, tanh } from './index.ts'
import type { Expr, Leaf, Target } from './index.ts'
import { callable } from './testing/run-printed.ts'

const TARGETS: readonly Target[] = ['cuda', 'wgsl']
const x = input('x')
const leafName = ({ name }: Leaf): string => name

test('the functions of WGSL', () => {
  const exprs = { a: sigmoid(x), b: tanh(x), c: logSigmoid(x), d: softplus(x) }
  expect(printExpressions(exprs, { target: 'wgsl', leaf: leafName }).functions.join('\n')).toMatchInlineSnapshot(`
    "fn sigmoid(x: f32) -> f32 {
      let e = exp(-abs(x));
      return select(e, 1.0, x >= 0.0) / (1.0 + e);
    }
    // tanh without overflow, and accurate near 0, which the built-in function need not be
    fn stable_tanh(x: f32) -> f32 {
      let s = x * x;
      let series = (((-5.70498872745e-3 * s + 2.06390887954e-2) * s - 5.37397155531e-2) * s + 1.33314422036e-1) * s;
      let e = exp(-2.0 * abs(x));
      let small = x + x * s * (series - 3.33332819422e-1);
      let large = sign(x) * ((1.0 - e) / (1.0 + e));
      return select(large, small, abs(x) < 0.625);
    }
    // log(1 + e) for 0 <= e <= 1, as 2 atanh(e / (2 + e))
    fn log1p_unit(e: f32) -> f32 {
      let s = e / (2.0 + e);
      let q = s * s;
      let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q / 13.0));
      return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * tail)));
    }
    fn log_sigmoid(x: f32) -> f32 {
      return min(x, 0.0) - log1p_unit(exp(-abs(x)));
    }
    fn softplus(x: f32) -> f32 {
      return max(x, 0.0) + log1p_unit(exp(-abs(x)));
    }"
  `)
})

test('the functions of CUDA', () => {
  const exprs = { a: sigmoid(x), b: tanh(x), c: logSigmoid(x), d: softplus(x) }
  expect(printExpressions(exprs, { target: 'cuda', leaf: leafName }).functions.join('\n')).toMatchInlineSnapshot(`
    "__device__ __forceinline__ float exp2_approximate(float x) {
      float y;
      asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
      return y;
    }
    __device__ __forceinline__ float reciprocal_approximate(float x) {
      float y;
      asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
      return y;
    }
    __device__ __forceinline__ float sigmoid(float x) {
      const float e = exp2_approximate(-1.4426950408889634f * fabsf(x));
      const float y = 1.0f + e;
      const float guess = reciprocal_approximate(y);
      const float r = fmaf(fmaf(-y, guess, 1.0f), guess, guess);
      return x >= 0.0f ? r : e * r;
    }
    __device__ __forceinline__ float log_sigmoid(float x) {
      return fminf(x, 0.0f) - log1pf(expf(-fabsf(x)));
    }
    __device__ __forceinline__ float softplus(float x) {
      return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)));
    }"
  `)
})

describe.each(TARGETS)('%s', (target) => {
  test.each<[string, (x: Expr) => Expr]>([
    ['sigmoid', sigmoid],
    ['tanh', tanh],
    ['logSigmoid', logSigmoid],
    ['softplus', softplus],
  ])('%s to float32 precision, from the smallest to the largest argument', (_, op) => {
    const printedOp = callable(printExpressions({ out: op(x) }, { target, leaf: leafName }), target, 'x')
    for (let exponent = -30; exponent <= 7; exponent += 0.0371) {
      for (const value of [2 ** exponent, -(2 ** exponent)]) {
        const [wanted] = evaluate([op(x)], () => value)
        // Half a unit in the last place of a float32 is 6e-8: what the helpers' series leave out must stay below it.
        expect(Math.abs(printedOp(value) - wanted!)).toBeLessThanOrEqual(6e-8 * Math.abs(wanted!))
      }
    }
  })
})

// The hardware's approximations as far off as they may be, each way: __expf by 2 + 1.173 |x| units in the last place
// (CUDA C++ Programming Guide, intrinsic functions), the reciprocal by one (PTX ISA, rcp).
test('what the hardware approximates leaves a sigmoid of CUDA within 1e-7', () => {
  const unit = 2 ** -23
  const printed = printExpressions({ out: sigmoid(x) }, { target: 'cuda', leaf: leafName })
  for (const [exponential, reciprocal] of [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ] as const) {
    const approximated = callable(printed, 'cuda', 'x', {
      exp2_approximate: (y) => 2 ** y * (1 + exponential * unit * (2 + 1.173 * Math.abs(y) * Math.LN2)),
      reciprocal_approximate: (y) => (1 / y) * (1 + reciprocal * unit),
    })
    for (let value = -60; value <= 60; value += 0.037) {
      const [wanted] = evaluate([sigmoid(x)], () => value)
      expect(Math.abs(approximated(value) - wanted!), String(value)).toBeLessThan(1e-7)
    }
  }
})

test('max in CUDA and WGSL', () => {
  const line = (target: Target): string =>
    printExpressions({ out: max(x, 1) }, { target, leaf: leafName }).lines.join('\n')
  expect(line('cuda')).toBe('const float out = fmaxf(x, 1.0f);')
  expect(line('wgsl')).toBe('let out = max(x, 1.0);')
})
