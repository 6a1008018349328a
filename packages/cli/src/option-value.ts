import { usage } from './exit-code.ts'

/** A whole number from 1 on. */
export function countOf(flag: string, text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 2 ** 24)
    throw usage(`${flag}: ${text} is not a whole number from 1 to ${2 ** 24}`)
  return value
}

/** A duration such as `60s`, `1.5m` or `200ms`. */
export function millisecondsOf(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text)
  if (!match) throw usage(`${flag}: ${text} is not a duration such as 60s or 5m`)
  return Number(match[1]) * { ms: 1, s: 1e3, m: 6e4, h: 3.6e6 }[match[2] as 'ms' | 's' | 'm' | 'h']
}
