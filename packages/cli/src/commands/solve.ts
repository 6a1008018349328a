import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import {
  all,
  bind,
  count,
  explain,
  first,
  minimise,
  parse,
  readSearchSpace,
  sample,
  type Model,
  type Space,
} from '@tilewright/solver'
import type { Command } from 'commander'
import { CommandError, EXIT, usage } from '../exit-code.ts'
import { explanationText } from '../explanation.ts'
import { print, printJson } from '../output.ts'
import { countOf } from '../problem-options.ts'

interface SolveOptions {
  readonly set?: readonly string[]
  readonly count?: boolean
  readonly first?: string
  readonly all?: boolean
  readonly sample?: string
  readonly seed?: string
  readonly minimise?: string | boolean
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
    .option('--explain', 'why there is no configuration, and what would help')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  tilewright solve rules.space --set SMS=132 HEAD_DIM=768 --count')
    .action((file: string, options: SolveOptions) => solve(file, options))
}

function solve(file: string, options: SolveOptions): void {
  const space = bind(readModel(file), givensOf(options.set ?? []))
  const rows = (list: readonly Readonly<Record<string, number>>[]): void => {
    if (list.length === 0) infeasible(space, options)
    else if (options.json) printJson({ file, configurations: list })
    else for (const row of list) print(rowText(row))
  }
  if (options.count) return options.json ? printJson({ file, count: count(space) }) : print(String(count(space)))
  if (options.explain) {
    const explanation = explain(space)
    if (explanation.status === 'infeasible') return infeasible(space, options)
    return options.json ? printJson({ file, explanation }) : print(explanationText(explanation))
  }
  if (options.minimise !== undefined) {
    const result = minimise(space, typeof options.minimise === 'string' ? options.minimise : undefined)
    if (result.status !== 'solved') return infeasible(space, options)
    if (options.json) return printJson({ file, ...result })
    return print(`${rowText(result.configuration)}  objective ${result.objective}`)
  }
  if (options.sample !== undefined)
    return rows(sample(space, countOf('--sample', options.sample), Number(options.seed ?? 1)))
  if (options.all) return rows(rowsOf(space))
  const wanted = countOf('--first', options.first ?? '1')
  if (wanted > 1) return rows(rowsOf(space, wanted))
  const one = first(space)
  return rows(one.status === 'solved' ? [one.configuration] : [])
}

/** Says why on stdout as data, and ends the command with the contract's code. */
function infeasible(space: Space, options: SolveOptions): never {
  const explanation = explain(space)
  if (options.json) printJson({ status: 'infeasible', explanation })
  throw new CommandError(EXIT.infeasible, explanationText(explanation))
}

function rowsOf(space: Space, limit?: number): readonly Readonly<Record<string, number>>[] {
  const { names, columns, length } = all(space, limit === undefined ? {} : { limit })
  return Array.from({ length }, (_, row) => Object.fromEntries(names.map((name, i) => [name, columns[i]![row]!])))
}

function rowText(row: Readonly<Record<string, number>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

function readModel(file: string): Model {
  const text = readFileSync(file, 'utf8')
  if (!file.endsWith('.json')) {
    const read = (path: string): string => readFileSync(resolve(dirname(file), path), 'utf8')
    return parse(text, { file, read })
  }
  try {
    return readSearchSpace(JSON.parse(text), { file })
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${file}: is not JSON: ${error.message}`)
    throw error
  }
}

function givensOf(assignments: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const match = /^([A-Za-z_]\w*)=(-?\d+)$/.exec(assignment)
      if (!match) throw usage(`--set: ${assignment} is not NAME=NUMBER, such as SMS=132`)
      return [match[1]!, Number(match[2])]
    }),
  )
}
