// npm run soak:solver [-- --times 50] [--seed N]: the property tests of the solver, that many times as long. 50 times are
// 20,000 random models against brute force and 100,000 damaged rule files.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log('npm run soak:solver -- [--times 50] [--seed N]')
else {
  console.log(`${values.times} times, seed ${values.seed}`)
  const { status } = spawnSync('npx', ['vitest', 'run', 'brute', 'mutation', 'certificate'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, SOAK: values.times, SOAK_SEED: values.seed },
  })
  process.exitCode = status ?? 1
}
