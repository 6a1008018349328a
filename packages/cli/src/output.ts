import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** The one JSON document of a command; `schemaVersion` changes when a reader would misread it. */
export function printJson(document: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...document }, replaceUnprintable, 2)}\n`)
}

function replaceUnprintable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()
  // JSON has no infinity: an error that is infinite (a NaN in the output) is written as text.
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Progress goes to stderr, so that stdout can be piped. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Columns as wide as their widest cell, two spaces apart; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)))
  const isNumber = (cell: string): boolean => /^[-+]?[\d.]/.test(cell)
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) =>
        rows.every((row) => isNumber(row[i] ?? '') || row[i] === '-')
          ? cell.padStart(widths[i]!)
          : cell.padEnd(widths[i]!),
      )
      .join('  ')
      .trimEnd()
  return [line(header), ...rows.map(line)].join('\n')
}

/**
 * Makes a folder and those above it. Node's own recursive mkdir never ends where the file system makes no folders, as in
 * /proc (tried with Node 20.20).
 */
export async function makeFolder(folder: string): Promise<void> {
  // Reading says what is wrong with a file that stands where a folder should.
  if (existsSync(folder)) return void (await readdir(folder))
  const above = dirname(folder)
  if (above !== folder) await makeFolder(above)
  await mkdir(folder)
}

/** Writes all files or none under their final name: each goes to a temporary file first, then all are renamed. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<readonly string[]> {
  const pairs = Object.entries(files).map(([name, text]) => ({ path: join(folder, name), text }))
  const temporary = (path: string): string => `${path}.${process.pid}.tmp`
  await makeFolder(resolve(folder))
  try {
    for (const { path, text } of pairs) {
      await writeFile(temporary(path), text)
    }
  } catch (error) {
    await Promise.all(pairs.map(({ path }) => rm(temporary(path), { force: true }).catch(() => undefined)))
    throw error
  }
  for (const { path } of pairs) await rename(temporary(path), path)
  return pairs.map(({ path }) => path)
}

/** `1.32 ms`: three digits and the unit that suits. */
export function duration(nanoseconds: number): string {
  const units = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ] as const
  const [scale, unit] = units.find(([size]) => nanoseconds >= size) ?? units[3]
  return `${(nanoseconds / scale).toPrecision(3)} ${unit}`
}
