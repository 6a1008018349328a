// What `npm start` and `npm test` share. Plain Node: it runs before anything is installed.
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureVulkan } from './vulkan.mjs'

export const root = resolve(fileURLToPath(import.meta.url), '../..')

/** One line of progress. Standard output belongs to data. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Ends the process with one sentence. Exit code 4: something that is needed is missing here. */
export function stop(message, exitCode = 4) {
  say(message)
  process.exit(exitCode)
}

/**
 * Runs a command from the repository's root and gives its exit code. Tools of node_modules are found by name. `stdio` is
 * for everything but the main job: both streams go to stderr.
 */
export function run(command, args, { stdio = ['ignore', 2, 2], cwd = root, env = {} } = {}) {
  return new Promise((done, fail) => {
    const path = `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`
    const child = spawn(command, args, {
      cwd,
      stdio,
      env: { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', ...env },
      // npm and the tools of node_modules are .cmd files there, which only a shell starts.
      shell: process.platform === 'win32',
    })
    // Ctrl-C reaches the child too, which decides what is kept and how it ends.
    const wait = () => undefined
    process.on('SIGINT', wait)
    child.once('error', fail)
    child.once('exit', (code, signal) => {
      process.off('SIGINT', wait)
      done(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    stop(
      `node: version ${process.versions.node} is too old: 20.19 or newer is needed; install it from https://nodejs.org`,
    )
}

/** Installs what package-lock.json says, unless that was done since it changed. */
export async function ensureInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json')
  if (existsSync(installed) && modified(installed) >= modified(join(root, 'package-lock.json'))) return
  say('npm: installing what package-lock.json names')
  const code = await run('npm', ['ci', '--no-progress', '--loglevel=error'])
  if (code !== 0) stop('npm: npm ci failed; the reason stands above')
}

/** Whether WebGPU has a driver; why not is said, and is no reason to stop. */
export async function haveVulkan() {
  try {
    await ensureVulkan({ log: say })
    return true
  } catch (error) {
    say(error.message)
    return false
  }
}

export function turbo(...args) {
  // The options go first: what follows a -- in `args` belongs to the task.
  return run('turbo', ['run', '--output-logs=errors-only', '--ui=stream', '--concurrency=2', ...args])
}

function modified(file) {
  return statSync(file).mtimeMs
}
