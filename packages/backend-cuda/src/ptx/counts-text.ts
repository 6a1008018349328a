import type { InstructionCount, KernelCounts, LoopCounts, RegionCounts } from './counts.ts'

type Row = readonly string[]

const HEADINGS: Row = ['', 'space', 'bytes', 'count', 'conditional', 'instruction']

/**
 * Counts as a table to read, a paragraph for each entry point: bytes of one thread in one instruction, how often it
 * stands there, and how many of them a thread may skip.
 */
export function countsText(counts: Readonly<Record<string, KernelCounts>>): string {
  return Object.entries(counts)
    .map(([name, kernel]) => `${name}\n${table(kernelRows(kernel))}`)
    .join('\n')
}

function kernelRows({ outside, loops }: KernelCounts): readonly Row[] {
  const home = loops[0]?.file ?? ''
  return [HEADINGS, ...regionRows('outside of loops', outside, 1), ...loops.flatMap((loop) => loopRows(loop, home))]
}

// Nearly always all loops are in one file: it is named only where one is in another.
function loopRows(loop: LoopCounts, home: string): readonly Row[] {
  const { file, line, depth, loops } = loop
  const place = line === 0 ? '' : file === home ? ` in line ${line}` : ` in ${file}:${line}`
  return [...regionRows(`round of the loop${place}`, loop, depth), ...loops.flatMap((inner) => loopRows(inner, home))]
}

function regionRows(title: string, { instructions, counts }: RegionCounts, depth: number): readonly Row[] {
  const indent = '  '.repeat(depth)
  return [
    [`${indent}${title}`, '', '', String(instructions), '', 'all'],
    ...counts.map((count) => [`${indent}  ${count.kind}`, ...cellsOf(count)]),
  ]
}

function cellsOf(entry: InstructionCount): Row {
  const numbers = [String(entry.count), entry.conditional === 0 ? '' : String(entry.conditional)]
  if (entry.kind === 'matrix') return ['', '', ...numbers, `${entry.name} ${entry.shape} ${entry.types}`]
  if ('space' in entry)
    return [entry.space, entry.bytes === undefined ? '?' : String(entry.bytes), ...numbers, entry.name]
  return ['', '', ...numbers, entry.name]
}

function table(rows: readonly Row[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const isNumber = (column: number): boolean => column >= 2 && column <= 4
  return rows
    .map((row) =>
      row
        .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}
