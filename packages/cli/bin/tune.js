#!/usr/bin/env node
import { main } from '../dist/main.js'

// `tune --device …` is `tilewright tune --device …`.
await main(['tune', ...process.argv.slice(2)])
