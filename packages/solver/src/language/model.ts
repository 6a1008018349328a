import { namesIn as names, type Expression } from './expression.ts'
import { statementsOf } from './parser.ts'
import { SpaceError, suggestion, textOf, type Source, type Span } from './source.ts'
import { typeOf } from './type.ts'

/** A rule file, read and checked: every name is known, every expression has a type. */
export interface Model {
  readonly file: string
  readonly givens: readonly string[]
  readonly params: readonly Param[]
  readonly lets: readonly Let[]
  readonly rules: readonly Rule[]
  readonly objective?: Objective
}

export interface Param {
  readonly name: string
  readonly domain: Domain
  readonly at: Span
}

/** The values that a parameter may take. A range without end is bounded by the rules. */
export type Domain =
  | { readonly kind: 'list'; readonly values: readonly Expression[]; readonly at: Span }
  | {
      readonly kind: 'range'
      readonly from: Expression
      readonly to?: Expression
      readonly step?: Expression
      readonly at: Span
    }
  | { readonly kind: 'divisors'; readonly of: Expression; readonly at: Span }
  | { readonly kind: 'pow2'; readonly from: Expression; readonly to: Expression; readonly at: Span }

/** A name for an expression: wherever it is read, the expression is meant. */
export interface Let {
  readonly name: string
  readonly value: Expression
}

/** A condition that every configuration meets. */
export interface Rule {
  readonly name: string
  /** As the file has it, on one line. */
  readonly text: string
  readonly condition: Expression
  readonly at: Span
}

export interface Objective {
  readonly direction: 'minimise' | 'maximise'
  readonly text: string
  readonly value: Expression
}

export interface ParseOptions {
  /** What messages call the text; `rules.space` unless said. */
  readonly file?: string
  /** The text of an imported rule file. Without it, `import` is an error. */
  readonly read?: (path: string) => string
}

/**
 * Reads a rule file. Throws `SpaceError` with file, line, column and the text underlined.
 *
 * @example
 * const model = parse('given SMS\nparam BLOCKS in 1..256\nrule "resident" : BLOCKS <= SMS')
 */
export function parse(text: string, options: ParseOptions = {}): Model {
  const file = options.file ?? 'rules.space'
  const building = new ModelBuilder(file)
  include(building, { file, text }, options.read, [file])
  return building.model()
}

function include(building: ModelBuilder, source: Source, read: ParseOptions['read'], within: readonly string[]): void {
  for (const statement of statementsOf(source)) {
    switch (statement.kind) {
      case 'given':
        for (const { text, at } of statement.names) building.given(text, at)
        break
      case 'param':
        building.param({ name: statement.name.text, domain: statement.domain, at: statement.name.at })
        break
      case 'let':
        building.define({ name: statement.name.text, value: statement.value }, statement.name.at)
        break
      case 'rule':
        building.rule(statement.name.text, statement.condition, statement.name.at)
        break
      case 'objective':
        building.objective(
          { direction: statement.direction, text: textOf(statement.value.at), value: statement.value },
          statement.at,
        )
        break
      case 'import': {
        const path = statement.path.text
        if (!read)
          throw new SpaceError(
            'E_SPACE_IMPORT',
            `${path} cannot be read here: nothing says where imported files are`,
            statement.path.at,
          )
        const file = beside(source.file, path)
        if (within.includes(file))
          throw new SpaceError('E_SPACE_IMPORT', `${path} imports itself; remove one of the imports`, statement.path.at)
        include(building, { file, text: imported(path, read, statement.path.at) }, read, [...within, file])
      }
    }
  }
}

/** What messages call an imported file: its path from where the importing file's name starts. */
function beside(file: string, path: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1) + path
}

function imported(path: string, read: (path: string) => string, at: Span): string {
  try {
    return read(path)
  } catch (cause) {
    throw new SpaceError(
      'E_SPACE_IMPORT',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      at,
    )
  }
}

/** Collects statements in order and checks each against the names before it. */
export class ModelBuilder {
  readonly #file: string
  readonly #givens: string[] = []
  readonly #params: Param[] = []
  readonly #lets: Let[] = []
  readonly #rules: Rule[] = []
  #objective: Objective | undefined
  // What a domain may read: names that follow from the givens.
  readonly #fixed = new Set<string>()
  readonly #types = new Map<string, 'integer' | 'truth'>()

  constructor(file: string) {
    this.#file = file
  }

  given(name: string, at: Span): void {
    this.#declare(name, at)
    this.#givens.push(name)
    this.#fixed.add(name)
    this.#types.set(name, 'integer')
  }

  param(param: Param): void {
    for (const value of domainExpressions(param.domain)) {
      this.#typed(value, 'integer')
      this.#onlyFixed(value)
    }
    this.#declare(param.name, param.at)
    this.#params.push(param)
    this.#types.set(param.name, 'integer')
  }

  define(definition: Let, at: Span): void {
    const type = typeOf(definition.value, this.#types)
    this.#declare(definition.name, at)
    this.#lets.push(definition)
    this.#types.set(definition.name, type)
    if (this.#isFixed(definition.value)) this.#fixed.add(definition.name)
  }

  rule(name: string, condition: Expression, at: Span): void {
    this.#typed(condition, 'truth')
    if (this.#rules.some((rule) => rule.name === name))
      throw new SpaceError('E_SPACE_NAME', `there are two rules named "${name}"; rename one`, at)
    this.#rules.push({ name, text: textOf(condition.at), condition, at: condition.at })
  }

  objective(objective: Objective, at: Span): void {
    this.#typed(objective.value, 'integer')
    if (this.#objective)
      throw new SpaceError('E_SPACE_SYNTAX', 'there is an objective already; keep one of the two', at)
    this.#objective = objective
  }

  model(): Model {
    return {
      file: this.#file,
      givens: this.#givens,
      params: this.#params,
      lets: this.#lets,
      rules: this.#rules,
      ...(this.#objective && { objective: this.#objective }),
    }
  }

  #declare(name: string, at: Span): void {
    if (this.#types.has(name))
      throw new SpaceError('E_SPACE_NAME', `${name} is already defined; choose another name`, at)
    // Values are looked up in plain objects, which have these without being given them.
    if (name in Object.prototype)
      throw new SpaceError('E_SPACE_NAME', `${name} is a name of JavaScript's own; choose another name`, at)
  }

  #typed(expression: Expression, wanted: 'integer' | 'truth'): void {
    const type = typeOf(expression, this.#types)
    if (type === wanted) return
    const found =
      wanted === 'truth'
        ? 'a number where a condition is needed; compare it with something'
        : 'a condition where a number is needed'
    throw new SpaceError('E_SPACE_TYPE', `this is ${found}`, expression.at)
  }

  #onlyFixed(expression: Expression): void {
    for (const [name, at] of names(expression))
      if (!this.#fixed.has(name))
        throw new SpaceError(
          'E_SPACE_DOMAIN',
          `a domain may read givens only, and ${name} depends on parameters; move the condition into a rule`,
          at,
        )
  }

  #isFixed(expression: Expression): boolean {
    return [...names(expression).keys()].every((name) => this.#fixed.has(name))
  }
}

/** The type of an expression over a model's names; for objectives that are given later. */
export function checkObjective(model: Model, value: Expression): void {
  const types = new Map<string, 'integer' | 'truth'>()
  for (const name of model.givens) types.set(name, 'integer')
  for (const { name } of model.params) types.set(name, 'integer')
  for (const { name, value: definition } of model.lets) types.set(name, typeOf(definition, types))
  if (typeOf(value, types) !== 'integer')
    throw new SpaceError('E_SPACE_TYPE', 'this is a condition where a number is needed', value.at)
}

/** Every name of a model, for suggestions. */
export function namesOf(model: Model): readonly string[] {
  return [...model.givens, ...model.params.map(({ name }) => name), ...model.lets.map(({ name }) => name)]
}

/** The sentence for a name that a model does not have. */
export function unknownName(model: Model, name: string): string {
  return `unknown name ${name}${suggestion(name, namesOf(model))}`
}

function domainExpressions(domain: Domain): readonly Expression[] {
  switch (domain.kind) {
    case 'list':
      return domain.values
    case 'range':
      return [domain.from, domain.to, domain.step].filter((part) => part !== undefined)
    case 'divisors':
      return [domain.of]
    case 'pow2':
      return [domain.from, domain.to]
  }
}
