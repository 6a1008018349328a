import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TranslatedKernel } from '@tilewright/backend-cuda'
import { afterAll, describe, expect, test } from 'vitest'
import { contentsOf, workOfLaunch, readLaunchFile, type LaunchFile } from './launch-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'tilewright-launch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const BUFFERS = [
  { name: 'x', role: 'input', dtype: 'f32', shape: [2, 3] },
  { name: 'y', role: 'output', dtype: 'f16', shape: [5] },
]
const launch = { entryPoint: 'k', block: 32, arguments: ['x', 'y', 7] }

function read(json: unknown): LaunchFile {
  const path = join(folder, 'launch.json')
  writeFileSync(path, JSON.stringify(json))
  return readLaunchFile(path)
}

function kernel(name: string, ...types: readonly string[]): TranslatedKernel {
  const parameters = types.map((type) => ({ type, bytes: type === 'b8' ? 12 : Number(type.slice(1)) / 8, offset: 0 }))
  return { name, parameters, argumentBytes: 0, staticShared: 0, cluster: [1, 1, 1] }
}

const bytes = (values: ArrayBufferView): { value: Uint8Array } => ({ value: new Uint8Array(values.buffer) })

describe('arguments', () => {
  const given = (argument: unknown, type: string): unknown => {
    const file = read({ buffers: BUFFERS, dispatches: [{ ...launch, arguments: [argument] }] })
    return workOfLaunch(file, [kernel('k', type)], 'l.json').launches[0]!.arguments[0]
  }

  test('a number is what the kernel takes', () => {
    expect(given(7, 'u32')).toEqual(bytes(Int32Array.of(7)))
    expect(given(-7, 'u32')).toEqual(bytes(Int32Array.of(-7)))
    expect(given(4e9, 'u32')).toEqual(bytes(Uint32Array.of(4e9)))
    expect(given(7, 'f32')).toEqual(bytes(Float32Array.of(7)))
    expect(given(0.5, 'f64')).toEqual(bytes(Float64Array.of(0.5)))
    expect(given(-1, 'u64')).toEqual(bytes(BigInt64Array.of(-1n)))
    expect(given({ f16: 1 }, 'b16')).toEqual(bytes(Uint16Array.of(0x3c00)))
    expect(given('x', 'u64')).toEqual({ buffer: 'x' })
  })

  test('what does not fit is said with its place', () => {
    expect(() => given(0.5, 'u32')).toThrow('l.json: dispatches[0]: argument 1 of k: is 0.5, which u32 does not hold')
    expect(() => given(2 ** 32, 'u32')).toThrow('is 4294967296, which u32 does not hold')
    expect(() => given(1, 'b8')).toThrow('is a structure of 12 bytes')
    expect(() => given({}, 'u32')).toThrow('has to have one type and its value')
  })

  test('a plan has its buffers, then its scalars', () => {
    const plan = { entryPoint: 'k', grid: [2, 1, 1], block: [32, 1, 1], sharedBytes: 8, cooperative: true }
    const scalars = [{ name: 'n', value: 3 }]
    const file = read({
      schemaVersion: 1,
      plan: { buffers: BUFFERS, dispatches: [{ ...plan, buffers: ['y', 'x'], scalars }] },
    })
    expect(workOfLaunch(file, [kernel('k', 'u64', 'u64', 'u32')], 'l.json')).toEqual({
      buffers: [
        { name: 'x', role: 'input', bytes: 24 },
        { name: 'y', role: 'output', bytes: 10 },
      ],
      launches: [{ ...plan, arguments: [{ buffer: 'y' }, { buffer: 'x' }, bytes(Int32Array.of(3))] }],
    })
  })

  test('a name of C++ is found in its long form, unless two have it', () => {
    const file = read({ buffers: BUFFERS, dispatches: [{ ...launch, entryPoint: 'scale', arguments: [] }] })
    const nameOf = (...names: string[]): string =>
      workOfLaunch(
        file,
        names.map((name) => kernel(name)),
        'l.json',
      ).launches[0]!.entryPoint
    expect(nameOf('_Z5scalePf', '_Z7rescalePf')).toBe('_Z5scalePf')
    expect(nameOf('_Z5scalePf', '_Z5scalePd')).toBe('scale')
    expect(nameOf('scale', '_Z5scalePd')).toBe('scale')
  })
})

describe('contents', () => {
  const content = (more: object): Uint8Array => {
    const file = read({ buffers: [{ ...BUFFERS[0], ...more }], dispatches: [launch] })
    return contentsOf(file, join(folder, 'launch.json'))['x']!
  }

  test('one number, all numbers, a file, random numbers that repeat', () => {
    expect(content({ values: 2 })).toEqual(bytes(Float32Array.of(2, 2, 2, 2, 2, 2)).value)
    expect(content({ values: [1, 2, 3], dtype: 'u8', shape: [3] })).toEqual(Uint8Array.of(1, 2, 3))
    writeFileSync(join(folder, 'x.bin'), Uint8Array.of(9, 8))
    expect(content({ values: { file: 'x.bin' }, dtype: 'u8', shape: [2] })).toEqual(Uint8Array.of(9, 8))
    const random = { values: { random: 3, low: 10, high: 20 }, dtype: 'i16', shape: [1000] }
    const drawn = new Int16Array(content(random).buffer)
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([10, 19])
    expect(content(random)).toEqual(content(random))
    expect(content({})).not.toEqual(content({ values: { random: 2 } }))
  })

  test('what does not fit is said with the buffer', () => {
    expect(() => content({ values: [1] })).toThrow('x: 1 values are given; its shape 2 x 3 holds 6')
    expect(() => content({ values: 300, dtype: 'u8' })).toThrow('x: has the value 300, which u8 does not hold')
    expect(() => content({ dtype: 'i32' })).toThrow('x: no values are given')
    expect(() => content({ values: { file: 'none.bin' } })).toThrow('x: there is no file')
    expect(() => content({ values: { file: 'launch.json' } })).toThrow(/has \d+ bytes; the buffer has 24/)
  })
})

test('a file that is no launch is said with the place', () => {
  expect(() =>
    read({ buffers: [{ name: 'x', role: 'inpt', dtype: 'f32', shape: [1] }], dispatches: [launch] }),
  ).toThrow('launch.json: buffers[0].role: Invalid option: expected one of "input"|"output"|"inout"|"scratch"|"zeroed"')
  expect(() => read({ plan: { buffers: [], dispatches: [{ ...launch, blok: 3 }] } })).toThrow(
    'launch.json: plan.dispatches[0]: Unrecognized key: "blok"',
  )
})
