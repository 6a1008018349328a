import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import {
  all,
  bind,
  checkCertificate,
  count,
  explain,
  first,
  minimise,
  neighbours,
  nth,
  parse,
  readSearchSpace,
  sample,
  stream,
  type Certificate,
  type Model,
  type RelaxRange,
  type Space,
  type Table,
} from '@tilewright/solver'
import type { Command } from 'commander'
import { CommandError, EXIT, usage } from '../exit-code.ts'
import { explanationText } from '../explanation.ts'
import { print, printJson } from '../output.ts'
import { countOf } from '../option-value.ts'

interface SolveOptions {
  readonly set?: readonly string[]
  readonly count?: boolean
  readonly first?: string
  readonly all?: boolean
  readonly sample?: string
  readonly seed?: string
  readonly nth?: string
  readonly neighbours?: readonly string[]
  readonly minimise?: string | boolean
  readonly check?: string
  readonly explain?: boolean
  readonly json?: boolean
}

export function addSolve(program: Command): void {
  program
    .command('solve')
    .description('solve a rule file (.space) or a search-space/1 JSON file')
    .argument('<file>')
    .option('--set <name=value...>', 'a value for a given')
    .option('--count', 'how many configurations there are')
    .option('--first <count>', 'the first configurations (default: --first 1)')
    .option('--all', 'every configuration')
    .option('--sample <count>', 'configurations drawn uniformly')
    .option('--seed <number>', 'of the sample (default 1)')
    .option(
      '--minimise [expression]',
      "the configuration with the least value of the file's objective, or of an expression",
    )
    .option('--nth <position>', 'the configuration with this position in the order of --all, from 0')
    .option('--neighbours <name=value...>', 'configurations that differ from this one in the fewest parameters')
    .option('--check <file>', 'prove the certificate in the output of --minimise --json again, by other means')
    .option('--explain', 'why there is no configuration, and what would help')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  tilewright solve rules.space --set SMS=132 HEAD_DIM=768 --count
  tilewright solve rules.space --set SMS=132 HEAD_DIM=768 --minimise --json > best.json
  tilewright solve rules.space --set SMS=132 HEAD_DIM=768 --check best.json
  tilewright solve rules.space --set SMS=132 HEAD_DIM=768 --neighbours BLOCKS=4 WARPS=2`,
    )
    .action((file: string, options: SolveOptions) => solve(file, options))
}

function solve(file: string, options: SolveOptions): void {
  const space = bind(readModel(file), numbersOf('--set', options.set ?? []))
  const rows = (list: readonly Readonly<Record<string, number>>[]): void => {
    if (list.length === 0) infeasible(space, options)
    else if (options.json) printJson({ file, configurations: list })
    else for (const row of list) print(rowText(row))
  }
  if (options.count) return options.json ? printJson({ file, count: count(space) }) : print(String(count(space)))
  if (options.explain) {
    const explanation = explain(space, { relax: relaxRanges(space) })
    if (explanation.status === 'infeasible') return infeasible(space, options)
    return options.json ? printJson({ file, explanation }) : print(explanationText(explanation))
  }
  if (options.check !== undefined) return check(space, file, options.check, options)
  if (options.nth !== undefined) {
    if (!/^\d+$/.test(options.nth)) throw usage(`--nth: ${options.nth} is not a whole number from 0; use --nth 0`)
    const found = nth(space, BigInt(options.nth))
    if (!found && count(space) > 0n)
      throw usage(`--nth: there are ${count(space)} configurations, from 0 to ${count(space) - 1n}`)
    return rows(found ? [found] : [])
  }
  if (options.neighbours !== undefined) return rows(neighbours(space, numbersOf('--neighbours', options.neighbours)))
  if (options.minimise !== undefined) {
    const result = minimise(space, typeof options.minimise === 'string' ? options.minimise : undefined)
    if (result.status !== 'solved') return infeasible(space, options)
    if (options.json) return printJson({ file, ...result })
    return print(`${rowText(result.configuration)}  objective ${result.objective}`)
  }
  if (options.sample !== undefined)
    return rows(sample(space, countOf('--sample', options.sample), Number(options.seed ?? 1)))
  if (options.all && !options.json) return printAll(space, options)
  if (options.all) return rows(rowsOf(all(space)))
  const wanted = countOf('--first', options.first ?? '1')
  if (wanted > 1) return rows(rowsOf(all(space, { limit: wanted })))
  const one = first(space)
  return rows(one.status === 'solved' ? [one.configuration] : [])
}

/** Says why on stdout as data, and ends the command with the contract's code. */
function infeasible(space: Space, options: SolveOptions): never {
  const explanation = explain(space, { relax: relaxRanges(space) })
  if (options.json) printJson({ status: 'infeasible', explanation })
  throw new CommandError(EXIT.infeasible, explanationText(explanation))
}

function rowsOf({ names, columns, length }: Table): readonly Readonly<Record<string, number>>[] {
  return Array.from({ length }, (_, row) => Object.fromEntries(names.map((name, i) => [name, columns[i]![row]!])))
}

/** Every configuration, a line each, without ever keeping them all. */
function printAll(space: Space, options: SolveOptions): void {
  let printed = 0
  for (const table of stream(space, { rows: 4096 })) {
    const lines = rowsOf(table).map(rowText)
    if (lines.length > 0) print(lines.join('\n'))
    printed += table.length
  }
  if (printed === 0) infeasible(space, options)
}

/** Says whether a certificate holds; ends the command with the contract's code where it does not. */
function check(space: Space, file: string, path: string, options: SolveOptions): void {
  const result = checkCertificate(space, readCertificate(path))
  if (options.json) printJson({ file, certificate: path, ...result })
  if (result.status !== 'verified') throw new CommandError(EXIT.failed, `${path}: ${result.status}: ${result.reason}`)
  if (!options.json)
    print(`${path}: verified: no configuration is better, proven in ${result.boxes} parts of the space`)
}

function readCertificate(path: string): Certificate {
  const document = readJson(path) as { readonly certificate?: Certificate } | null
  const certificate = document?.certificate
  const isWhole =
    certificate &&
    typeof certificate.expression === 'string' &&
    ['minimise', 'maximise'].includes(certificate.direction) &&
    Array.isArray(certificate.order) &&
    typeof certificate.configuration === 'object'
  if (!isWhole) throw usage(`${path}: holds no certificate; write it with solve --minimise --json`)
  return certificate
}

/** How far every given may be changed to see what would fit: down to 1, up to four times its value. */
function relaxRanges(space: Space): readonly RelaxRange[] {
  return Object.entries(space.givens).map(([given, value]) => ({
    given,
    from: Math.min(1, 4 * value),
    to: Math.max(16, 4 * value),
  }))
}

function rowText(row: Readonly<Record<string, number>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

function readModel(file: string): Model {
  if (file.endsWith('.json')) return readSearchSpace(readJson(file), { file })
  const read = (path: string): string => readFileSync(resolve(dirname(file), path), 'utf8')
  return parse(readFileSync(file, 'utf8'), { file, read })
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${file}: is not JSON: ${error.message}`)
    throw error
  }
}

function numbersOf(flag: string, assignments: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const match = /^([A-Za-z_]\w*)=(-?\d+)$/.exec(assignment)
      if (!match) throw usage(`${flag}: ${assignment} is not NAME=NUMBER, such as SMS=132`)
      return [match[1]!, Number(match[2])]
    }),
  )
}
