import type { ArithmeticOp, FunctionName } from '../language/expression.ts'

// What the language's operations mean, once: the interpreter calls these, generated code spells them out inline where
// bounds show that nothing can go wrong and calls them where it can.

/** A value that does not exist: an uneven `/`, a divisor of zero, a logarithm of what is not a power of two. */
export const UNDEFINED: unique symbol = Symbol('undefined value')

/** A value beyond 2^53, where integers stop being exact. */
export const OVERFLOW: unique symbol = Symbol('overflow')

export type Partial = number | typeof UNDEFINED | typeof OVERFLOW

export function calculate(op: ArithmeticOp, a: number, b: number): Partial {
  switch (op) {
    case '+':
      return exact(a + b)
    case '-':
      return exact(a - b)
    case '*':
      return exact(a * b)
    case '/':
      return b === 0 || a % b !== 0 ? UNDEFINED : exact(a / b)
    case '//':
      return b === 0 ? UNDEFINED : exact(floorDiv(a, b))
    case '%':
      return b === 0 ? UNDEFINED : exact(floorMod(a, b))
    case '^':
      return b < 0 ? UNDEFINED : exact(a ** b)
  }
}

export function call(name: FunctionName, args: readonly number[]): Partial | boolean {
  const [a = 0, b = 0] = args
  switch (name) {
    case 'min':
      return Math.min(...args)
    case 'max':
      return Math.max(...args)
    case 'abs':
      return Math.abs(a)
    case 'ceil_div':
      return b === 0 ? UNDEFINED : exact(-floorDiv(-a, b))
    case 'round_up':
      return b === 0 ? UNDEFINED : exact(-floorDiv(-a, b) * b)
    case 'gcd':
      return gcd(a, b)
    case 'lcm':
      return a === 0 || b === 0 ? 0 : exact(Math.abs((a / gcd(a, b)) * b))
    case 'log2':
      return log2(a)
    case 'divides':
      return a === 0 ? b === 0 : b % a === 0
  }
}

// Division of doubles can round up to the next integer; the remainder is exact and tells.
export function floorDiv(a: number, b: number): number {
  const remainder = a % b
  const quotient = (a - remainder) / b
  return remainder !== 0 && remainder < 0 !== b < 0 ? quotient - 1 : quotient
}

/** Has the divisor's sign, as in Python. */
export function floorMod(a: number, b: number): number {
  const remainder = a % b
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder
}

function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)]
  // Not `y !== 0`: generated code goes on with NaN after a value that does not exist, and this has to end.
  while (y > 0) [x, y] = [y, x % y]
  return x
}

function log2(a: number): Partial {
  const exponent = Math.round(Math.log2(a))
  return a > 0 && 2 ** exponent === a ? exponent : UNDEFINED
}

// `+ 0` turns −0 into 0, so that equal numbers are the same number.
function exact(value: number): Partial {
  return Number.isSafeInteger(value) ? value + 0 : OVERFLOW
}
