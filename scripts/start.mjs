// npm start [-- OPTIONS OF tune]: from a clean clone to a kernel that was generated, run and checked.
import { ensureInstalled, haveVulkan, requireNode, root, run, say, stop, turbo } from './setup.mjs'
import { join } from 'node:path'

requireNode()
await ensureInstalled()
if (!(await haveVulkan())) say('start: going on without WebGPU')
if ((await turbo('build')) !== 0) stop('start: the build failed; the reason stands above', 1)

const options = process.argv.slice(2)
const hasOut = options.some((option) => option === '--out' || option.startsWith('--out='))
const tilewright = join(root, 'packages/cli/bin/tilewright.js')
const args = [tilewright, 'tune', ...(hasOut ? [] : ['--out', 'out']), ...options]
process.exitCode = await run(process.execPath, args, { stdio: 'inherit' })
