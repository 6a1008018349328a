import { webgpuBackend } from '@tilewright/backend-webgpu'
import { listAdapters, nodeGpu } from '@tilewright/backend-webgpu/node'
import { generate } from '@tilewright/codegen'
import { problemText, relativeError, sampleInputs, type Configuration, type Tensors } from '@tilewright/kernels'
import { verify, type Backend } from '@tilewright/tuner'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelId, problemOf, SEED, type Case } from './kernels.ts'
import { configurationsOf, FLAGS, type Algorithm } from './scan.ts'

/** A driver that runs on the CPU, and how many lanes a subgroup has there. */
interface SubgroupDriver {
  readonly vendor: 'mesa' | 'google'
  readonly size: number
  /** Which third of the flags to test; all where it is not said. */
  readonly third?: 0 | 1 | 2
}

/**
 * Scans with subgroups on lavapipe (`mesa`) or SwiftShader (`google`). lavapipe's subgroups are as wide as the vectors that
 * it is told to use, and it asks once in a process: one call in a file.
 */
export async function testSubgroups({ vendor, size, third }: SubgroupDriver): Promise<void> {
  useVectors(32 * size)
  const adapter = (await listAdapters()).findIndex((listed) => listed.vendor === vendor)
  if (adapter === -1) missing(vendor)
  describe.runIf(adapter !== -1)(`${size} lanes of a driver by ${vendor}`, () => {
    let backend: Backend

    beforeAll(async () => {
      backend = await webgpuBackend(await nodeGpu({ adapter }), { name: `webgpu:${adapter}` })
    })

    afterAll(() => backend.close())

    test('are what a subgroup has', () => {
      expect(backend.device).toMatchObject({ subgroupMinSize: size, subgroupMaxSize: size })
    })

    describe.each(['forward', 'backward'] as const)('a scan %s', (pass) => {
      const cases = FLAGS.map((flags, index) => ({ flags, index }))
      test.each(cases.filter(({ index }) => third === undefined || index % 3 === third))(
        '$flags: shuffles agree with the reference and with workgroup memory, in every run',
        async ({ flags, index }) => {
          const each = caseOf(pass, flags, index)
          for (const config of configurationsOf(each, backend.device, algorithmOf(index), drawOf(index, size)))
            await expectAgreement(backend, each, config)
        },
      )
    })
  })
}

function useVectors(bits: number): void {
  process.env['LP_NATIVE_VECTOR_WIDTH'] = String(bits)
  // What was compiled for vectors of another width must not be found.
  const cache = new URL(`../../node_modules/.cache/tilewright/mesa-${bits}`, import.meta.url)
  process.env['MESA_SHADER_CACHE_DIR'] = fileURLToPath(cache)
}

function missing(vendor: string): void {
  const text = `no driver by ${vendor}: its subgroups were not tested; node scripts/vulkan.mjs fetches it`
  if (process.env['CI']) throw new Error(text)
  process.stderr.write(`wgsl-run: ${text}\n`)
}

// Block and parts, time lanes within a subgroup and across some, take turns: four cases, of which each third has all.
const isWithin = (index: number): boolean => index % 2 === 0
const algorithmOf = (index: number): Algorithm => (index % 4 < 2 ? 'block' : 'parts')

function caseOf(pass: 'forward' | 'backward', flags: (typeof FLAGS)[number], index: number): Case {
  const time = flags.layout === 'bdt' ? 300 : 301
  const headDim = isWithin(index) ? 2 : 20
  return { cell: 'mingru', pass, dtype: 'f32', batch: 3, time, heads: 1, headDim, ...flags }
}

function drawOf(index: number, size: number): { readonly count: number; readonly rule: string } {
  const reach = isWithin(index)
    ? `LANE_STRIDE * TIME_LANES <= ${size}`
    : `LANE_STRIDE < ${size} and LANE_STRIDE * TIME_LANES > ${size}`
  return { count: 1, rule: `SUBGROUPS == 1 and ITEMS * VECTOR <= 8 and ${reach}` }
}

async function expectAgreement(backend: Backend, each: Case, config: Configuration): Promise<void> {
  const problem = problemOf(each)
  const id = kernelId(each, 'wgsl')
  const about = `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}`
  const { status, message } = await verify({ id, problem, backend, config, seed: SEED })
  expect(status, `${about}: ${message}`).toBe('correct')

  const [first, second] = await runsOf(backend, each, config)
  expect(second, about).toEqual(first)
  const [plain] = await runsOf(backend, each, { ...config, SUBGROUPS: 0 })
  for (const [name, values] of Object.entries(first))
    expect(relativeError(values, plain[name]!).value, `${about}: ${name}`).toBeLessThan(1e-6)
}

async function runsOf(backend: Backend, each: Case, config: Configuration): Promise<readonly [Tensors, Tensors]> {
  const problem = problemOf(each)
  const id = kernelId(each, 'wgsl')
  const inputs = sampleInputs(problem, id.pass, SEED)
  const kernel = generate({ ...id, problem, config })
  const loaded = await backend.load(kernel)
  if (loaded.status !== 'loaded') throw new Error(loaded.message)
  const run = async (): Promise<Tensors> => {
    const ran = await loaded.run(kernel.plan, inputs)
    if (ran.status !== 'ran') throw new Error(ran.message)
    return ran.outputs
  }
  return [await run(), await run()]
}
