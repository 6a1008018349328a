import { expect, test } from 'vitest'
import { numbers } from '../../test-kernels/harness.ts'
import type { BasicBlock } from './flow.ts'
import { dominatorsOf, loopsOf, type Loop } from './loops.ts'

const SEEDS = Array.from({ length: 200 }, (_, i) => 20261125 + i)

function graph(successors: readonly (readonly number[])[]): readonly BasicBlock[] {
  return successors.map((targets, from) => ({ from, to: from + 1, successors: targets }))
}

/** Up to nine blocks, each with none to two successors: dead ends, unreachable blocks and jumps into loops included. */
function randomGraph(seed: number): readonly BasicBlock[] {
  const [size, ...draws] = numbers(30, seed, 0, 1)
  const count = 1 + Math.floor(size! * 9)
  return graph(
    Array.from({ length: count }, (_, i) =>
      draws.slice(3 * i, 3 * i + Math.floor(draws[3 * i + 2]! * 3)).map((draw) => Math.floor(draw * count)),
    ),
  )
}

function reachable(blocks: readonly BasicBlock[], from: readonly number[], without?: number): ReadonlySet<number> {
  const seen = new Set<number>()
  const open = from.filter((block) => block !== without)
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    if (seen.has(block)) continue
    seen.add(block)
    open.push(...blocks[block]!.successors.filter((next) => next !== without))
  }
  return seen
}

test.each(SEEDS)('seed %i: a block dominates those that cannot be reached without it', (seed) => {
  const blocks = randomGraph(seed)
  const dominators = dominatorsOf(blocks)
  const all = reachable(blocks, [0])
  for (const a of blocks.keys())
    for (const b of blocks.keys())
      expect(dominators.has(a, b), `${a} over ${b} of ${JSON.stringify(blocks)}`).toBe(
        all.has(b) && !reachable(blocks, [0], a).has(b),
      )
})

test.each(SEEDS)('seed %i: every block of a loop reaches its latches within it, and inner loops lie inside', (seed) => {
  const blocks = randomGraph(seed)
  const check = (loop: Loop): void => {
    const inside = graph(blocks.map(({ successors }) => successors.filter((next) => loop.blocks.has(next))))
    for (const block of loop.blocks)
      expect([...reachable(inside, [block])].some((reached) => loop.latches.includes(reached))).toBe(true)
    for (const inner of loop.inner) {
      expect([...inner.blocks].every((block) => loop.blocks.has(block))).toBe(true)
      expect(inner.blocks.size).toBeLessThan(loop.blocks.size)
      check(inner)
    }
  }
  loopsOf(blocks, dominatorsOf(blocks)).forEach(check)
})

test('loops nest', () => {
  // 1 .. 5 is a loop with 2 .. 3 and 4 in it; 6 is a loop of its own.
  const blocks = graph([[1], [2], [3], [2, 4], [4, 5], [1, 6], [6, 7], []])
  const loops = loopsOf(blocks, dominatorsOf(blocks))
  expect(loops.map(({ blocks: body }) => [...body].toSorted())).toEqual([[1, 2, 3, 4, 5], [6]])
  expect(loops[0]!.inner.map(({ blocks: body }) => [...body].toSorted())).toEqual([[2, 3], [4]])
})

test('a loop in a loop in a loop is three deep', () => {
  const blocks = graph([[1], [2], [3], [3, 4], [2, 5], [1, 6], []])
  const [outer, ...others] = loopsOf(blocks, dominatorsOf(blocks))
  expect(others).toEqual([])
  expect(outer!.inner.map(({ latches }) => latches)).toEqual([[4]])
  expect(outer!.inner[0]!.inner.map(({ latches }) => latches)).toEqual([[3]])
})

test('a loop that goes round in two ways is one loop', () => {
  const blocks = graph([[1], [2, 3], [1], [1, 4], []])
  expect(loopsOf(blocks, dominatorsOf(blocks))).toEqual([
    { header: 1, latches: [2, 3], blocks: new Set([1, 3, 2]), inner: [] },
  ])
})
