import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Argument, Contents, Work, KernelParameter, EntryPoint } from '@tilewright/backend-cuda'
import { randomOf } from '@tilewright/tuner'
import { z } from 'zod'
import { bytesOfElement, ELEMENTS, encodeElements, holds, isFloat, type Element } from './element.ts'
import { usage } from './exit-code.ts'

/** A plan with values for its buffers; a kernel of anybody's own may take its arguments in any order. */
export interface LaunchFile {
  readonly buffers: readonly LaunchBuffer[]
  readonly dispatches: readonly LaunchDispatch[]
}

export interface LaunchBuffer {
  readonly name: string
  readonly role: 'input' | 'output' | 'inout' | 'scratch' | 'zeroed'
  readonly dtype: Element
  readonly shape: readonly number[]
  readonly values?: Values | undefined
}

/** What a buffer holds at the start: one number everywhere, all numbers, a file of bytes, or random numbers. */
type Values =
  | number
  | readonly number[]
  | { readonly file: string }
  | { readonly random: number; readonly low: number; readonly high: number }

export interface LaunchDispatch {
  readonly entryPoint: string
  readonly grid: number | readonly number[]
  readonly block: number | readonly number[]
  readonly sharedBytes: number
  readonly cooperative: boolean
  /** In the kernel's order, instead of buffers and scalars. */
  readonly arguments?: readonly Given[] | undefined
  readonly buffers?: readonly string[] | undefined
  readonly scalars?: readonly { readonly name: string; readonly value: number }[] | undefined
}

/** A buffer by its name, a number of the type that the kernel says, or of that type. */
type Given = string | number | Partial<Record<Element, number>>

const extent = z.int().min(1)
const extents = z.union([extent, z.array(extent).min(1).max(3)])
const values: z.ZodType<Values> = z.union([
  z.number(),
  z.array(z.number()),
  z.strictObject({ file: z.string() }),
  z.strictObject({ random: z.int().min(0), low: z.number().default(-1), high: z.number().default(1) }),
])
const buffer: z.ZodType<LaunchBuffer> = z.strictObject({
  name: z.string().min(1),
  role: z.enum(['input', 'output', 'inout', 'scratch', 'zeroed']),
  dtype: z.enum(ELEMENTS),
  shape: z.array(extent),
  values: values.optional(),
})
const dispatch: z.ZodType<LaunchDispatch> = z.strictObject({
  entryPoint: z.string().min(1),
  grid: extents.default(1),
  block: extents,
  sharedBytes: z.int().min(0).default(0),
  cooperative: z.boolean().default(false),
  arguments: z.array(z.union([z.string(), z.number(), z.partialRecord(z.enum(ELEMENTS), z.number())])).optional(),
  buffers: z.array(z.string()).optional(),
  scalars: z.array(z.strictObject({ name: z.string(), value: z.number() })).optional(),
})
const launchFile = z.object({ buffers: z.array(buffer), dispatches: z.array(dispatch).min(1) })

/** Reads a launch: a plan, alone or in a `.plan.json` that `generate` wrote, with values for its buffers. */
export function readLaunchFile(path: string): LaunchFile {
  if (!existsSync(path)) throw usage(`${path}: there is no such file; name the launch of the kernel (--help shows one)`)
  const json = parsed(path)
  const isKernel = typeof json === 'object' && json !== null && 'plan' in json
  const result = launchFile.safeParse(isKernel ? json.plan : json)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw usage(`${path}: ${placeText([...(isKernel ? ['plan'] : []), ...issue!.path])}${issue!.message}`)
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${path}: is not JSON: ${error.message}`)
    throw error
  }
}

function placeText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text === '' ? '' : `${text.replace(/^\./, '')}: `
}

/** A launch file in bytes, for the kernels of a module; numbers become what the kernel's parameters are. */
export function workOfLaunch(file: LaunchFile, kernels: readonly EntryPoint[], path: string): Work {
  return {
    buffers: file.buffers.map(({ name, role, dtype, shape }) => ({
      name,
      role,
      bytes: bytesOfElement(dtype) * countOf(shape),
    })),
    launches: file.dispatches.map((launch, index) => {
      const kernel = kernelNamed(launch.entryPoint, kernels)
      const what = `${path}: dispatches[${index}]: argument`
      return {
        entryPoint: kernel?.name ?? launch.entryPoint,
        grid: threeOf(launch.grid),
        block: threeOf(launch.block),
        sharedBytes: launch.sharedBytes,
        cooperative: launch.cooperative,
        arguments: argumentsOf(launch).map((given, i) =>
          argumentOf(given, kernel?.parameters[i], `${what} ${i + 1} of ${launch.entryPoint}`),
        ),
      }
    }),
  }
}

// Where the source does not say extern "C", C++ writes the name with its length into a longer one: _Z5scalePfi.
function kernelNamed(name: string, kernels: readonly EntryPoint[]): EntryPoint | undefined {
  const mangled = kernels.filter(
    (kernel) => kernel.name.startsWith('_Z') && kernel.name.includes(`${name.length}${name}`),
  )
  return kernels.find((kernel) => kernel.name === name) ?? (mangled.length === 1 ? mangled[0] : undefined)
}

// A plan has its buffers first and then its scalars; a kernel of anybody's own may mix them.
function argumentsOf({ arguments: given, buffers = [], scalars = [] }: LaunchDispatch): readonly Given[] {
  return given ?? [...buffers, ...scalars.map(({ value }) => value)]
}

function argumentOf(given: Given, parameter: KernelParameter | undefined, what: string): Argument {
  if (typeof given === 'string') return { buffer: given }
  const [type, value] = typeof given === 'number' ? [elementOf(parameter, given, what), given] : typed(given, what)
  if (!holds(type, value)) fail(`${what}: is ${value}, which ${type} does not hold`)
  return { value: encodeElements(type, [value]) }
}

function typed(given: Partial<Record<Element, number>>, what: string): readonly [Element, number] {
  const [first, ...others] = Object.entries(given) as [Element, number][]
  if (first === undefined || others.length > 0)
    fail(`${what}: has to have one type and its value, such as { "f32": 0.5 }`)
  return first
}

// That there are too many arguments is said of all of them.
function elementOf(parameter: KernelParameter | undefined, value: number, what: string): Element {
  if (parameter === undefined) return 'i32'
  const { type, bytes } = parameter
  if (bytes * 8 !== Number(type.slice(1)))
    fail(`${what}: is a structure of ${bytes} bytes; take its fields one by one, or a pointer to it`)
  if (type.startsWith('f')) return type as Element
  // PTX does not tell signed from unsigned parameters: what fits either is taken.
  return `${value < 0 ? 'i' : 'u'}${8 * bytes}` as Element
}

function threeOf(given: number | readonly number[]): readonly [number, number, number] {
  const [x = 1, y = 1, z = 1] = typeof given === 'number' ? [given] : given
  return [x, y, z]
}

/** Contents of the buffers that are read at the start. `path` is the launch file's: files of values lie beside it. */
export function contentsOf(file: LaunchFile, path: string): Contents {
  const read = file.buffers.filter(({ role }) => role === 'input' || role === 'inout')
  return Object.fromEntries(
    read.map((given) => [given.name, contentOf(given, file.buffers.indexOf(given), path)] as const),
  )
}

function contentOf({ name, dtype, shape, values: given }: LaunchBuffer, index: number, path: string): Uint8Array {
  const count = countOf(shape)
  const what = `${path}: ${name}`
  if (given === undefined && !isFloat(dtype))
    fail(`${what}: no values are given; random ones are made up for floating-point inputs only, not for ${dtype}`)
  if (typeof given === 'object' && 'file' in given)
    return contentOfFile(resolve(dirname(path), given.file), count * bytesOfElement(dtype), what)
  const numbers = numbersOf(given ?? { random: index + 1, low: -1, high: 1 }, count, isFloat(dtype))
  if (numbers.length !== count)
    fail(`${what}: ${numbers.length} values are given; its shape ${shape.join(' x ')} holds ${count}`)
  const wrong = numbers.find((value) => !holds(dtype, value))
  if (wrong !== undefined) fail(`${what}: has the value ${wrong}, which ${dtype} does not hold`)
  return encodeElements(dtype, numbers)
}

function contentOfFile(path: string, bytes: number, what: string): Uint8Array {
  if (!existsSync(path)) fail(`${what}: there is no file ${path}`)
  const data = new Uint8Array(readFileSync(path))
  if (data.length !== bytes) fail(`${what}: ${path} has ${data.length} bytes; the buffer has ${bytes}`)
  return data
}

function numbersOf(given: Exclude<Values, { file: string }>, count: number, isFraction: boolean): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: count }, () => given)
  if (!('random' in given)) return given
  const { random: seed, low, high } = given
  const random = randomOf(seed)
  const draw = (): number => low + (high - low) * random()
  return Array.from({ length: count }, isFraction ? draw : () => Math.floor(draw()))
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

function fail(message: string): never {
  throw usage(message)
}
