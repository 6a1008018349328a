#!/usr/bin/env node
// In the place of ptxas where the driver is the stand-in: reports what ptxas reports, and then writes what the stand-in
// loads, the path of the translated module, instead of a cubin. Its version is none of ptxas, so that the two never
// answer for each other from the cache.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { buildModule, findToolchain } from '../dist/index.js'

const args = process.argv.slice(2)
if (args.includes('--version')) {
  process.stdout.write('stand-in for ptxas, release 0.0, V0.0.0\n')
  process.exit(0)
}
const { status } = spawnSync('ptxas', args, { stdio: 'inherit' })
if (status !== 0) process.exit(1)

const { cxx } = await findToolchain({ ptxas: 'ptxas' })
const module = await buildModule(readFileSync(args.at(-1), 'utf8'), { cxx, name: 'kernel' })
if (module.status !== 'built') {
  process.stderr.write(`${module.message}\n`)
  process.exit(1)
}
writeFileSync(args[args.indexOf('-o') + 1], module.library)
