import { addressOf, members, read, rule, write } from './scope.ts'
import type { Operation, Rule, Scope } from './scope.ts'
import { typeOf } from './types.ts'

const WORD = typeOf('u32')!
const PREDICATE = typeOf('pred')!

const SHUFFLES: Readonly<Record<string, string>> = { up: 'Up', down: 'Down', bfly: 'Butterfly', idx: 'Index' }

const shuffle: Rule = rule('sync up down bfly idx', ({ operands, modifiers }, scope) => {
  const [targets, value, lane, clamp, mask] = operands as [string, string, string, string, string]
  if (mask === undefined) return undefined
  const [target, inside] = targets.split('|') as [string, string | undefined]
  const words = [value, lane, clamp, mask].map((operand) => read(operand, WORD, scope)).join(', ')
  const call = `shuffle(t, ShuffleMode::${SHUFFLES[modifiers[1]!]}, ${words}, in, ${scope.place})`
  return `{ bool in; const uint32_t w = ${call}; ${write(target, WORD, 'w', scope)} ${inside === undefined ? '' : write(inside, PREDICATE, 'in', scope)} }`
})

const vote: Rule = rule('sync ballot any all uni', ({ operands, modifiers }, scope) => {
  const [target, predicate, mask] = operands as [string, string, string]
  if (mask === undefined) return undefined
  const call = `(t, ${read(predicate, PREDICATE, scope)}, ${read(mask, WORD, scope)}, ${scope.place})`
  if (modifiers[1] === 'ballot') return write(target, WORD, `ballot${call}`, scope)
  const name = { any: 'voteAny', all: 'voteAll', uni: 'voteUniform' }[modifiers[1]!]
  return name === undefined ? undefined : write(target, PREDICATE, `${name}${call}`, scope)
})

const redux: Rule = rule('sync add min max and or xor', ({ operands, modifiers, types }, scope) => {
  const type = typeOf(types[0])!
  if (type.kind === 'float') return undefined
  const name = { add: 'Add', and: 'And', or: 'Or', xor: 'Xor', min: 'Min', max: 'Max' }[modifiers[1]!]!
  const sign = name.startsWith('M') ? (type.kind === 'signed' ? 'Signed' : 'Unsigned') : ''
  const [target, value, mask] = operands as [string, string, string]
  return write(
    target,
    WORD,
    `reduce(t, Redux::${name}${sign}, ${read(value, WORD, scope)}, ${read(mask, WORD, scope)}, ${scope.place})`,
    scope,
  )
})

const match: Rule = rule('any all sync', ({ operands, modifiers, types }, scope) => {
  const [targets, value, mask] = operands as [string, string, string]
  const [target, all] = targets.split('|') as [string, string | undefined]
  const same = `(uint64_t)${read(value, typeOf(types[0])!, scope)}, ${read(mask, WORD, scope)}`
  if (modifiers[0] === 'any') return write(target, WORD, `matchAny(t, ${same}, ${scope.place})`, scope)
  const writeAll = all === undefined ? '' : write(all, PREDICATE, 'all', scope)
  return `{ bool all; const uint32_t w = matchAll(t, ${same}, all, ${scope.place}); ${write(target, WORD, 'w', scope)} ${writeAll} }`
})

// bar.sync, barrier.sync{.aligned}, bar.arrive, bar.red.{popc,and,or}, bar.warp.sync
function barrier(alwaysAligned: boolean): Rule {
  return rule('sync arrive red warp aligned cta popc and or', (operation, scope) => {
    const { operands, modifiers } = operation
    const has = (word: string): boolean => modifiers.includes(word)
    const word = (operand: string | undefined): string => (operand === undefined ? '0' : read(operand, WORD, scope))
    if (has('warp')) return `warpBarrier(t, ${word(operands[0])}, ${scope.place});`
    const aligned = alwaysAligned || has('aligned')
    if (has('sync'))
      return `barrierWait(t, ${word(operands[0])}, ${word(operands[1])}, ${aligned}, false, ${scope.place});`
    if (has('arrive')) return `barrierArrive(t, ${word(operands[0])}, ${word(operands[1])}, ${scope.place});`
    return reducingBarrier(operation, aligned, scope)
  })
}

// barrier.cluster.arrive{.release, .relaxed}, barrier.cluster.wait{.acquire}
const clusterBarrier: Rule = rule('cluster arrive wait release relaxed acquire aligned', ({ modifiers }, scope) =>
  modifiers.includes('wait')
    ? `clusterWait(t, ${scope.place});`
    : `clusterArrive(t, ${!modifiers.includes('relaxed')}, ${scope.place});`,
)

function reducingBarrier({ operands, modifiers }: Operation, aligned: boolean, scope: Scope): string {
  const [target, id, ...rest] = operands as [string, string, ...string[]]
  const count = rest.length > 1 ? read(rest[0]!, WORD, scope) : '0'
  const predicate = read(rest.at(-1)!, PREDICATE, scope)
  const wait = `barrierWait(t, ${read(id, WORD, scope)}, ${count}, ${aligned}, ${predicate}, ${scope.place});`
  const kind = modifiers.includes('popc') ? 'Count' : modifiers.includes('and') ? 'And' : 'Or'
  const type = kind === 'Count' ? WORD : PREDICATE
  return `${wait} ${write(target, type, `barrierResult(t, ${read(id, WORD, scope)}, Reduction::${kind})`, scope)}`
}

const SHAPES: Readonly<Record<string, readonly number[]>> = { bf16: [16, 8], f16: [16, 8], tf32: [8, 4] }

// mma.sync.aligned.m16n8kK.row.col.f32.A.B.f32 d, a, b, c
const multiply: Rule = rule(
  'sync aligned m16n8k4 m16n8k8 m16n8k16 row col',
  ({ operands, modifiers, types }, scope) => {
    const [d, a, b, c] = types
    const depth = Number(/^m16n8k(\d+)$/.exec(modifiers[2]!)?.[1])
    if (
      d !== 'f32' ||
      c !== 'f32' ||
      a !== b ||
      !SHAPES[a!]?.includes(depth) ||
      modifiers.slice(3).join() !== 'row,col'
    )
      return undefined
    const float = typeOf('f32')!
    const list = (operand: string, type: typeof WORD): string =>
      members(operand)
        .map((member) => read(member, type, scope))
        .join(', ')
    const results = members(operands[0]!).map((member, i) => write(member, float, `D[${i}]`, scope))
    return (
      `{ const uint32_t A[] = {${list(operands[1]!, WORD)}}, B[] = {${list(operands[2]!, WORD)}}; const float C[] = {${list(operands[3]!, float)}}; float D[4]; ` +
      `multiplyAdd(t, Operand::${a!.toUpperCase()}, ${depth}, A, B, C, D, ${scope.place}); ${results.join(' ')} }`
    )
  },
)

const MATRIX_WORDS = 'sync aligned m8n8 x1 x2 x4 trans shared shared::cta'

const loadMatrix: Rule = rule(MATRIX_WORDS, ({ operands, modifiers, types }, scope) => {
  const targets = members(operands[0]!)
  if (types[0] !== 'b16') return undefined
  const results = targets.map((target, i) => write(target, WORD, `M[${i}]`, scope))
  return `{ uint32_t M[4]; loadMatrix(t, M, ${addressOf(operands[1]!, scope)}, ${targets.length}, ${modifiers.includes('trans')}, ${scope.place}); ${results.join(' ')} }`
})

const storeMatrix: Rule = rule(MATRIX_WORDS, ({ operands, modifiers, types }, scope) => {
  const sources = members(operands[1]!)
  if (types[0] !== 'b16') return undefined
  const values = sources.map((source) => read(source, WORD, scope))
  return `{ const uint32_t M[] = {${values.join(', ')}}; storeMatrix(t, M, ${addressOf(operands[0]!, scope)}, ${sources.length}, ${modifiers.includes('trans')}, ${scope.place}); }`
})

/** Instructions that threads do together. */
export const TOGETHER: Readonly<Record<string, Rule>> = {
  shfl: shuffle,
  vote,
  redux,
  match,
  bar: barrier(true),
  barrier: (operation, scope) =>
    (operation.modifiers.includes('cluster') ? clusterBarrier : barrier(false))(operation, scope),
  mma: multiply,
  ldmatrix: loadMatrix,
  stmatrix: storeMatrix,
}
