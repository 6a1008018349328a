import { runBatch } from './batch.ts'
import type { Batch, Bench, Difference } from './batch.ts'
import { COLUMNS } from './program.ts'
import type { Expression, Program, Statement } from './program.ts'
import { bodyText, resultsOf } from './source.ts'

/**
 * The same difference in a smaller program: only what the result that differs is made of, and every step of that in a
 * variable of its own, so that the first one that differs names the operation.
 */
export async function shrink(difference: Difference, batch: Batch, bench: Bench): Promise<Difference> {
  let smallest = difference
  for (;;) {
    const sliced = slice(smallest)
    let smaller: Difference | undefined
    for (const program of [split(sliced), sliced])
      smaller ??= (await runBatch({ ...batch, programs: [program] }, bench)).differences[0]
    if (smaller === undefined || sizeOf(smaller) >= sizeOf(smallest)) return smallest
    smallest = smaller
  }
}

/** The program of a difference, the inputs of its row, and both results. */
export function describe({ program, row, index, translated, host }: Difference, inputs: Uint32Array): string {
  const hex = (value: bigint | number): string => `0x${value.toString(16)}`
  const words = [...inputs.subarray(row * COLUMNS, (row + 1) * COLUMNS)]
  const results = resultsOf(program).map(
    ({ name, type }, i) =>
      `  ${i === index ? '*' : ' '} ${type} ${name}: ${hex(translated[i]!)}, host ${hex(host[i]!)}`,
  )
  return [
    `${program.name} differs first in ${resultsOf(program)[index]!.name}:`,
    bodyText(program),
    `row ${row}: ${words.map(hex).join(' ')}`,
    'results of the translated PTX and of the host:',
    ...results,
  ].join('\n')
}

/** How much is still to be understood: what the statement that differs computes, then how long the program is. */
function sizeOf(difference: Difference): number {
  const { program, index } = difference
  const differing = program.statements[statementOf(program, index)]!
  return 1000 * nodes(differing.expressions) + program.statements.length
}

function nodes(expressions: readonly Expression[]): number {
  return expressions.reduce((sum, e) => sum + 1 + (e.kind === 'call' ? nodes(e.operands) : 0), 0)
}

function statementOf(program: Program, index: number): number {
  let last = -1
  return program.statements.findIndex(({ results }) => (last += results.length) >= index)
}

/** The program up to the result that differs, without what it does not need. */
function slice({ program, index }: Difference): Program {
  const needed = new Set([resultsOf(program)[index]!.name])
  const kept: Statement[] = []
  for (const statement of program.statements.slice(0, statementOf(program, index) + 1).toReversed()) {
    if (!statement.results.some(({ name }) => needed.has(name))) continue
    kept.unshift(statement)
    for (const name of statement.expressions.flatMap(namesIn)) needed.add(name)
  }
  return { ...program, statements: kept }
}

function namesIn(expression: Expression): readonly string[] {
  if (expression.kind === 'name') return [expression.name]
  return expression.kind === 'call' ? expression.operands.flatMap(namesIn) : []
}

/** Every part of an expression in a variable of its own; a loop's body is left as it is, since it depends on the round. */
function split(program: Program): Program {
  let count = 0
  const statements = program.statements.flatMap((statement) => {
    const before: Statement[] = []
    const named = (expression: Expression): Expression => {
      if (expression.kind === 'literal' || expression.kind === 'name') return expression
      const inner =
        expression.kind === 'call' ? { ...expression, operands: expression.operands.map(named) } : expression
      const result = { name: `s${count++}_${program.name}`, type: expression.type }
      before.push({ kind: 'let', results: [result], expressions: [inner] })
      return { kind: 'name', ...result }
    }
    const isLoop = statement.kind === 'loop'
    const expressions = statement.expressions.map((expression, i) => {
      if (isLoop && i === 2) return expression
      if (statement.kind === 'let' && expression.kind === 'call')
        return { ...expression, operands: expression.operands.map(named) }
      return statement.kind === 'let' ? expression : named(expression)
    })
    return [...before, { ...statement, expressions }]
  })
  return { ...program, statements }
}
