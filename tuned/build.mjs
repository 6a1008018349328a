// Packs the preset files into one module, so that a program that embeds them reads no files.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'

// Presets lie in vendor/architecture/device/kernel.json; what lies higher (the schema, package.json) is none.
const files = readdirSync(new URL('.', import.meta.url), { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.json') && name.split('/').length === 4 && !/^(dist|node_modules)\//.test(name))
  .sort()

const entry = (name) => {
  const json = JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
  return `  ${JSON.stringify(name)}: ${JSON.stringify(json)},\n`
}

mkdirSync(new URL('dist/', import.meta.url), { recursive: true })
const write = (name, text) => writeFileSync(new URL(`dist/${name}`, import.meta.url), text)
write('presets.js', `export const presetFiles = {\n${files.map(entry).join('')}}\n`)
write(
  'presets.d.ts',
  `/** The parsed preset files by their paths, such as \`nvidia/sm_90/h100-sxm/scan-forward-cuda.json\`; not yet validated. */
export declare const presetFiles: Readonly<Record<string, unknown>>
`,
)
