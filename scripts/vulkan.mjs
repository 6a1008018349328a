#!/usr/bin/env node
// Puts a CPU Vulkan driver (lavapipe, and SwiftShader as a second one) into a cache folder of the project, from Debian's
// packages and without touching the system. Needs Node, apt-get, dpkg-deb and tar; neither root nor node_modules.
//
//   node scripts/vulkan.mjs [--force]     exit 0: there is a driver; exit 4: there is none and none could be made
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, link, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { arch, userInfo } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = resolve(fileURLToPath(import.meta.url), '../..')
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Where packages/backend-webgpu/src/node/vulkan.ts looks for the driver: `lib/` and `icd/` below it. */
export const VULKAN_FOLDER = join(root, 'node_modules/.cache/tilewright/vulkan')

/**
 * Makes sure that WebGPU finds an adapter, and says where it comes from. Throws an Error with one sentence when there is
 * no driver and none can be fetched.
 */
export async function ensureVulkan({ force = false, log = (line) => process.stderr.write(`${line}\n`) } = {}) {
  if (process.platform !== 'linux') return 'the system (WebGPU needs no Vulkan driver here)'
  if (process.env.TILEWRIGHT_VULKAN) return `TILEWRIGHT_VULKAN=${process.env.TILEWRIGHT_VULKAN}`
  if (!force && existsSync(VULKAN_FOLDER)) return VULKAN_FOLDER
  if (!force && (await systemHasAdapter())) return 'the system'
  log('vulkan: fetching a CPU driver (lavapipe, SwiftShader; about 90 MB) into node_modules/.cache/tilewright/vulkan')
  const started = Date.now()
  const work = `${VULKAN_FOLDER}.${process.pid}`
  try {
    await mkdir(work, { recursive: true })
    await fetchPackages(work)
    const missing = await assemble(work)
    if (missing.length > 0) throw new Error(`lavapipe lacks ${missing.join(', ')}`)
    await rm(VULKAN_FOLDER, { recursive: true, force: true })
    // Another run may have been faster; its folder is as good as ours.
    await rename(join(work, 'driver'), VULKAN_FOLDER).catch((error) => {
      if (!existsSync(VULKAN_FOLDER)) throw error
    })
  } catch (error) {
    throw new Error(
      `vulkan: no CPU driver could be made: ${sentenceOf(error)}; install Mesa 25 or newer, or go on without WebGPU`,
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  log(`vulkan: driver ready after ${((Date.now() - started) / 1000).toFixed(0)} s`)
  return VULKAN_FOLDER
}

/** Asks Dawn itself, in a process of its own: Debian 12's Mesa 22 has a manifest and a loader, and yet gives no adapter. */
async function systemHasAdapter() {
  const webgpu = join(root, 'node_modules/webgpu/index.js')
  if (!existsSync(webgpu)) return false
  const program = `
    import { create } from ${JSON.stringify(pathToFileURL(webgpu).href)}
    process.exit((await create([]).requestAdapter()) ? 0 : 1)`
  return run(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 }).then(
    () => true,
    () => false,
  )
}

/** Downloads and unpacks into `work/root`. All of apt's state lives in `work`: the system's is neither read nor written. */
async function fetchPackages(work) {
  for (const tool of ['apt-get', 'dpkg-deb', 'tar'])
    await run(tool, ['--version']).catch(() => {
      throw new Error(`${tool} is not on this machine`)
    })
  const { mirror, security } = await mirrors()
  const suite = /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1]
  const key = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : ''
  // Bookworm's own Mesa 22.3 does not satisfy Dawn; later releases have Mesa 25 or newer themselves.
  const backports = suite === 'bookworm' ? ['bookworm-backports'] : []
  const lines = [suite, `${suite}-updates`, ...backports].map((name) => `deb ${key}${mirror} ${name} main`)
  if (security) lines.push(`deb ${key}${security} ${suite}-security main`)

  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs', 'root'])
    await mkdir(join(work, folder), { recursive: true })
  await writeFile(join(work, 'sources.list'), `${lines.join('\n')}\n`)
  await writeFile(join(work, 'status'), '')
  const settings = {
    'Dir::Etc::SourceList': join(work, 'sources.list'),
    'Dir::Etc::SourceParts': '-',
    'Dir::Etc::PreferencesParts': '-',
    'Dir::State::Lists': join(work, 'lists'),
    // An empty list of installed packages: the answer then names every dependency, also on a machine that has some.
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'APT::Sandbox::User': userInfo().username,
    'Acquire::Retries': '2',
  }
  const options = ['-qq', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])]
  const apt = (...args) =>
    run('apt-get', [...options, ...args], { cwd: join(work, 'debs'), timeout: 300_000, maxBuffer: 1 << 24 })

  // Without network apt only warns, and goes on with nothing.
  const { stderr } = await apt('update')
  const newest = backports[0] ?? suite
  if (!(await readdir(join(work, 'lists'))).some((name) => name.includes(`_${newest}_`) && name.includes('_Packages')))
    throw new Error(`apt has no list of ${newest}: ${/^[WE]: (.*)/m.exec(stderr)?.[1] ?? 'nothing was fetched'}`)
  const target = backports.flatMap((name) => ['-t', name])
  const { stdout } = await apt(
    '--print-uris',
    '-y',
    '--no-install-recommends',
    ...target,
    'install',
    'mesa-vulkan-drivers',
    'libvulkan1',
  )
  const packages = [...stdout.matchAll(/ (\S+)_(\S+)_\w+\.deb /g)].map(([, name, version]) => ({
    name,
    version: decodeURIComponent(version),
  }))
  // What Node itself runs on is there; data packages hold no library.
  const wanted = packages.filter(
    ({ name }) => !/^(libc6|libgcc-s1|libstdc\+\+6|gcc-\d+-base|.*-(data|common))$/.test(name),
  )
  await apt('download', ...wanted.map(({ name, version }) => `${name}=${version}`))
  for (const file of await readdir(join(work, 'debs')))
    await run('dpkg-deb', ['-x', join(work, 'debs', file), join(work, 'root')])

  // SwiftShader is one library inside chromium-common. It is the second implementation, so life goes on without it.
  await mkdir(join(work, 'chromium'))
  await run('apt-get', [...options, 'download', 'chromium-common'], { cwd: join(work, 'chromium'), timeout: 300_000 })
    .then(async () => {
      const [file] = await readdir(join(work, 'chromium'))
      await run('sh', [
        '-c',
        'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --wildcards "*swiftshader*"',
        'sh',
        join(work, 'chromium', file),
        join(work, 'root'),
      ])
    })
    .catch(() => undefined)
}

/** The Debian mirrors that this machine's own apt uses. */
async function mirrors() {
  const folder = '/etc/apt/sources.list.d'
  const parts = await readdir(folder).catch(() => [])
  const files = [
    '/etc/apt/sources.list',
    ...parts.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(folder, name)),
  ]
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  const addresses = texts.flatMap((text) => [
    ...[...text.matchAll(/^URIs:[ \t]*(.+)$/gm)].flatMap(([, list]) => list.trim().split(/\s+/)),
    ...[...text.matchAll(/^deb[ \t]+(?:\[[^\]]*\][ \t]+)?(\S+)/gm)].map(([, address]) => address),
  ])
  const mirror = addresses.find((address) => /\/debian\/?$/.test(address))
  if (!mirror) throw new Error('/etc/apt names no Debian mirror')
  return { mirror, security: addresses.find((address) => /\/debian-security\/?$/.test(address)) }
}

/** Makes `work/driver` out of `work/root`; gives the libraries that lavapipe still lacks. */
async function assemble(work) {
  const lib = join(work, 'driver/lib')
  const icd = join(work, 'driver/icd')
  await mkdir(lib, { recursive: true })
  await mkdir(icd)
  const triplet = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[arch()]
  // The drivers for GPUs are ten times the size of lavapipe and of no use here.
  const foreign = /^libvulkan_(?!lvp)/
  for (const folder of [`lib/${triplet}`, `usr/lib/${triplet}`]) {
    const source = join(work, 'root', folder)
    for (const name of await readdir(source).catch(() => []))
      if (/\.so(\.|$)/.test(name) && !foreign.test(name)) await place(join(source, name), join(lib, name))
  }
  const manifests = join(work, 'root/usr/share/vulkan/icd.d')
  const lavapipe = (await readdir(manifests)).find((name) => name.startsWith('lvp_icd'))
  await manifest(join(manifests, lavapipe), join(icd, 'lavapipe.json'))
  const swiftshader = join(work, 'root/usr/lib/chromium/libvk_swiftshader.so')
  if (existsSync(swiftshader)) {
    await place(swiftshader, join(lib, basename(swiftshader)))
    await manifest(join(dirname(swiftshader), 'vk_swiftshader_icd.json'), join(icd, 'swiftshader.json'))
  }
  const { stdout } = await run('ldd', [join(lib, 'libvulkan_lvp.so')], {
    env: { ...process.env, LD_LIBRARY_PATH: lib },
  })
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name)
}

/** Hard links instead of symbolic ones: several names of a library take its space once, and the folder can be moved. */
async function place(from, to) {
  const target = await realpath(from).catch(() => undefined)
  if (!target || !(await stat(target)).isFile()) return
  await rm(to, { force: true })
  await link(target, to).catch(() => cp(target, to))
}

/** A driver manifest whose library lies at a path relative to it, which the loader resolves from the manifest's folder. */
async function manifest(from, to) {
  const content = JSON.parse(await readFile(from, 'utf8'))
  content.ICD.library_path = `../lib/${basename(content.ICD.library_path)}`
  await writeFile(to, `${JSON.stringify(content, null, 2)}\n`)
}

/** The first line of what a failed command said, else the error's own words. */
function sentenceOf(error) {
  const said = String(error.stderr ?? '')
    .split('\n')
    .find((line) => line.startsWith('E: '))
  return (said?.slice(3) ?? error.message).trim().replace(/[.;]+$/, '')
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const where = await ensureVulkan({ force: process.argv.includes('--force') })
    process.stderr.write(`vulkan: using ${where}\n`)
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 4
  }
}
