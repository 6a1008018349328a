import { CHOICES } from './program.ts'
import type { Callee, Expression, Program, Statement } from './program.ts'
import type { CType } from './types.ts'

/** Results of a program, in the order in which it writes them. */
export function resultsOf(program: Program): readonly { readonly name: string; readonly type: CType }[] {
  return program.statements.flatMap(({ results }) => results)
}

/** The C of a program, the same for the device and the host: `void NAME_body(const u32* row, u32* out)`. */
export function bodyText(program: Program): string {
  const callees = program.statements.flatMap(({ callee }) => (callee === undefined ? [] : [calleeText(callee)]))
  const puts = resultsOf(program).map(({ name }, k) => `put(out, ${k}, ${name});`)
  const lines = [...program.statements.flatMap(statementLines), ...puts]
  return [...callees, `FN void ${program.name}_body(const u32* row, u32* out) {`, ...lines.map(indent), '}', ''].join(
    '\n',
  )
}

export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'name':
      return expression.name
    case 'input':
      return `input<${expression.type}>(row, ${expression.column})`
    case 'literal':
      return `literal<${expression.type}>(0x${expression.bits.toString(16)}ull)`
    case 'call':
      return `${expression.name}(${expression.operands.map(expressionText).join(', ')})`
  }
}

function statementLines({ kind, results, expressions, callee }: Statement): readonly string[] {
  const { name, type } = results[0]!
  const texts = expressions.map(expressionText)
  switch (kind) {
    case 'let':
      return [`const ${type} ${name} = ${texts[0]};`]
    case 'branch':
      return [`${type} ${name};`, `if (${texts[0]}) ${name} = ${texts[1]};`, `else ${name} = ${texts[2]};`]
    case 'switch':
      return [
        `${type} ${name};`,
        `switch (${texts[0]} % ${CHOICES}) {`,
        ...texts.slice(1, -1).map((text, i) => `  case ${i}: ${name} = ${text}; break;`),
        `  default: ${name} = ${texts.at(-1)};`,
        '}',
      ]
    case 'loop':
      return [
        `${type} ${name} = ${texts[1]};`,
        `for (u32 i = 0, n = ${texts[0]} % 6; i < n; i++) ${name} = ${texts[2]};`,
      ]
    case 'array':
    case 'pointer': {
      const [at, value, from] = texts.slice(CHOICES) as [string, string, string]
      const index = `${from} % ${CHOICES}`
      return [
        `${type} a${name}[${CHOICES}] = {${texts.slice(0, CHOICES).join(', ')}};`,
        `a${name}[${at} % ${CHOICES}] = ${value};`,
        `const ${type} ${name} = ${kind === 'array' ? `a${name}[${index}]` : `element(a${name}, ${index})`};`,
      ]
    }
    case 'call':
      return [
        `const ${callee!.name}_result r${name} = ${callee!.name}(${texts.join(', ')});`,
        ...results.map((result, i) => `const ${result.type} ${result.name} = r${name}.r${i};`),
      ]
  }
}

function calleeText({ name, parameters, statements, results }: Callee): string {
  const members = results.map(({ type }, i) => `${type} r${i};`).join(' ')
  const list = parameters.map((parameter) => `${parameter.type} ${parameter.name}`).join(', ')
  const lines = [...statements.flatMap(statementLines), `return {${results.map(expressionText).join(', ')}};`]
  return [
    `struct ${name}_result { ${members} };`,
    `NOINLINE ${name}_result ${name}(${list}) {`,
    ...lines.map(indent),
    '}',
  ].join('\n')
}

function indent(line: string): string {
  return `  ${line}`
}
