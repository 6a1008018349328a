#!/usr/bin/env node
import { main } from '../dist/main.js'

await main(process.argv.slice(2))
// A kernel that hangs in a driver keeps the event loop alive for ever.
process.exit(process.exitCode ?? 0)
