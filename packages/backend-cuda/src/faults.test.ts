import { describe, expect, test } from 'vitest'
import { missing, numbers, outputOf, run } from '../test-kernels/harness.ts'
import type { Launch } from '../test-kernels/harness.ts'

// The messages are those of the README; they name lines of test-kernels/faults.cu.
describe.runIf(missing === undefined)('planted mistakes', { timeout: 120_000 }, () => {
  const x = numbers(32, 1)
  const fault = (kernel: string, more: Partial<Launch> = {}): Launch => ({
    file: 'faults.cu',
    kernel,
    block: 32,
    inputs: { x: { values: x } },
    outputs: [{ name: 'y', dtype: 'f32', shape: [32] }],
    ...more,
  })
  const messageOf = async (launch: Launch): Promise<string> => {
    const ran = await run(launch)
    return ran.status === 'ran' ? 'ran' : `${ran.status} ${ran.reason}: ${ran.message}`
  }

  test('a read past the end names buffer, bytes, line and thread', async () => {
    expect(await messageOf(fault('reads_past_the_end'))).toBe(
      'runtime out-of-bounds: faults.cu:3 (ld.global.f32): reads bytes 128 to 131 of x, which has 128; in thread (31,0,0) of block (0,0,0) of reads_past_the_end',
    )
  })

  test('a write before the start does too', async () => {
    expect(await messageOf(fault('writes_before_the_start'))).toBe(
      'runtime out-of-bounds: faults.cu:7 (st.global.f32): writes bytes -8 to -5 of y, which has 128; in thread (0,0,0) of block (0,0,0) of writes_before_the_start',
    )
  })

  test('shared memory has bounds', async () => {
    expect(await messageOf(fault('leaves_shared_memory'))).toBe(
      'runtime out-of-bounds: faults.cu:14 (ld.shared.f32): reads bytes 128 to 131 of shared memory, of which the block has 128; in thread (31,0,0) of block (0,0,0) of leaves_shared_memory',
    )
  })

  test('a vector must be aligned', async () => {
    expect(await messageOf(fault('reads_misaligned'))).toBe(
      'runtime misaligned: faults.cu:18 (ld.global.v2.f32): reads 8 bytes at byte 4 of x, which is no multiple of 8; in thread (0,0,0) of block (0,0,0) of reads_misaligned',
    )
  })

  test('barriers in two branches are named both', async () => {
    expect(await messageOf(fault('barriers_in_two_branches'))).toMatch(
      /^runtime divergent-barrier: faults.cu:2[58] \(bar.sync\): barrier 0 is reached here, while \d+ other threads? of the block waits? at faults.cu:2[58] \(bar.sync\); in thread \(\d+,0,0\)/,
    )
  })

  test('threads that wait for ever are a deadlock, with both places', async () => {
    expect(await messageOf(fault('waits_for_ever'))).toBe(
      'runtime deadlock: waits_for_ever: the threads wait for each other for ever: 31 threads of block (0,0,0) wait at faults.cu:36 (bar.sync); 1 thread of block (0,0,0) spins at faults.cu:34 (ld.volatile.global.f32)',
    )
  })

  test('a loop without end is a timeout', async () => {
    expect(await messageOf(fault('loops_for_ever', { timeoutMs: 1000 }))).toMatch(
      /^timeout hang: the run: no end after 1000 ms/,
    )
  })

  test('a lane that does not come to a shuffle is named', async () => {
    expect(await messageOf(fault('leaves_a_lane_behind'))).toMatch(
      /^runtime deadlock: .*: 1 thread of block \(0,0,0\) waits at faults.cu:51 \(bar.sync\); 31 threads of block \(0,0,0\) wait at faults.cu:49 \(shfl.sync.bfly.b32\)$/,
    )
  })

  test('a trap is reported', async () => {
    expect(await messageOf(fault('traps'))).toMatch(
      /^runtime trap: faults.cu:56 \(trap\): traps; in thread \(\d+,0,0\)/,
    )
  })

  test('what a kernel leaves unwritten is NaN', async () => {
    const y = await outputOf(fault('writes_half'))
    expect(y).toEqual(x.map((value, i) => (i % 2 === 0 ? value : NaN)))
  })

  test('shared memory that nobody wrote is NaN', async () => {
    const y = await outputOf(fault('reads_shared_unwritten'))
    expect(y).toEqual(x.map((value, i) => (i === 5 ? NaN : value)))
  })

  test('an instruction that is not known is refused by name', async () => {
    expect(await messageOf(fault('reads_the_clock', { file: 'unknown.cu' }))).toBe(
      'compile unknown-instruction: unknown: instructions that the CPU runtime does not know: mov.u64 of %clock64; the kernel compiles, but only a GPU can run it',
    )
  })

  test('what a kernel does not take is a misuse', async () => {
    await expect(run(fault('traps', { scalars: [1] }))).rejects.toMatchObject({
      code: 'E_PLAN',
      message: 'traps: the launch hands over 3 arguments, the kernel takes 2 (u64, u64)',
    })
    await expect(run(fault('missing'))).rejects.toMatchObject({ code: 'E_PLAN' })
    await expect(run(fault('traps', { order: ['x', 'z'] }))).rejects.toMatchObject({
      code: 'E_PLAN',
      message: 'traps: there is no buffer named z',
    })
  })
})
