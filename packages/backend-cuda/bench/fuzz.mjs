// npm run fuzz:cuda [-- --programs 2000] [-- --seed N]: random programs on the CPU runtime and on the host's own compiler.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log('npm run fuzz:cuda -- [--programs 2000] [--seed N]')
else {
  console.log(`${values.programs} programs, seed ${values.seed}`)
  const { status } = spawnSync('npx', ['vitest', 'run', 'src/fuzz.test.ts'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, FUZZ: values.programs, FUZZ_SEED: values.seed },
  })
  process.exitCode = status ?? 1
}
