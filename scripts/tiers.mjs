// The test tiers, and whether this machine has what each of them needs.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { root } from './setup.mjs'

const execute = promisify(execFile)

/**
 * `missing` gives what is needed and not here, in words, or nothing. `unit` is every package's own tests, the others are
 * the folder of their name in `test/`.
 */
export const TIERS = [
  { name: 'unit', needs: 'nothing', missing: async () => undefined },
  { name: 'golden', needs: 'nothing', missing: async () => undefined },
  { name: 'wgsl-validate', needs: 'npm webgpu', missing: missingDawn },
  { name: 'wgsl-run', needs: 'a WebGPU adapter; a CPU driver will do', missing: missingAdapter },
  { name: 'cuda-compile', needs: 'nvcc', missing: () => missingTool('nvcc') },
  {
    name: 'cuda-run-cpu',
    needs: 'nvcc, g++',
    missing: async () => (await missingTool('nvcc')) ?? (await missingTool('g++')),
  },
  { name: 'device', needs: 'a GPU', missing: missingGpu },
]

async function missingTool(tool) {
  const places = [
    tool,
    ...[process.env.CUDA_HOME, process.env.CUDA_PATH, '/usr/local/cuda']
      .filter(Boolean)
      .map((folder) => join(folder, 'bin', tool)),
  ]
  for (const place of places) if (await succeeds(place, ['--version'])) return undefined
  return `no ${tool}`
}

async function missingDawn() {
  return existsSync(join(root, 'node_modules/webgpu')) ? undefined : 'npm webgpu is not installed'
}

async function missingAdapter() {
  return (await adapters()).length > 0 ? undefined : 'no WebGPU adapter'
}

async function missingGpu() {
  if (await succeeds('nvidia-smi', ['-L'])) return undefined
  return (await adapters()).some(({ isFallback }) => !isFallback) ? undefined : 'no GPU'
}

/** What the built backend finds. In a process of its own: a driver that crashes then costs an answer, not the tests. */
async function adapters() {
  const entry = pathToFileURL(join(root, 'packages/backend-webgpu/dist/node/index.js')).href
  const program = `
    import { listAdapters } from ${JSON.stringify(entry)}
    process.stdout.write(JSON.stringify(await listAdapters()))`
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 }).catch(
    () => ({ stdout: '[]' }),
  )
  return JSON.parse(stdout || '[]')
}

function succeeds(command, args) {
  return execute(command, args, { timeout: 20_000 }).then(
    () => true,
    () => false,
  )
}
