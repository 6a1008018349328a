import { addressOf, addressParts, members, read, rule, write } from './scope.ts'
import type { Operation, Rule, Scope } from './scope.ts'
import { typeOf } from './types.ts'
import type { ValueType } from './types.ts'

const SPACES = ['param', 'global', 'shared', 'local', 'const'] as const
type Space = (typeof SPACES)[number] | 'cluster' | 'generic'
type Access = 'Read' | 'Write' | 'StrongRead' | 'StrongWrite' | 'Atomic'

// Caches have no say here, and all threads see memory in one order: of the modifiers only the spinning ones matter.
const CACHE =
  'nc ca cg cs lu cv wb wt L1::evict_normal L1::evict_unchanged L1::evict_first L1::evict_last L1::no_allocate L2::64B L2::128B L2::256B'
const ORDER = 'weak relaxed acquire release acq_rel volatile cta gpu sys'
const PLACES = 'param param::entry param::func global shared shared::cta shared::cluster local const'
// Strong accesses: threads meet in them, and those that read wait for others there.
const STRONG = ['relaxed', 'acquire', 'release', 'acq_rel', 'volatile']

function spaceOf({ modifiers }: Operation): Space {
  if (modifiers.includes('shared::cluster')) return 'cluster'
  const words = modifiers.map((word) => word.split('::')[0])
  return SPACES.find((space) => words.includes(space)) ?? 'generic'
}

/** C++ pointer to `count` values of the operation's type at `[base+offset]`, checked unless it is a parameter. */
function pointer(access: Access, operation: Operation, operand: string, count: number, scope: Scope): string {
  const { base, offset } = addressParts(operand)
  const parameter = scope.parameters.get(base)
  if (parameter !== undefined) return `(${parameter}${offset})`
  const address = addressOf(operand, scope)
  const space = spaceOf(operation)
  if (space === 'param') return `(unsigned char*)(${address})`
  const where = space === 'const' ? 'global' : space
  const bytes = (typeOf(operation.types[0])!.bits / 8) * count
  return `${where}<Access::${access}>(t, ${address}, ${bytes}, ${scope.place})`
}

const isStrong = ({ modifiers }: Operation): boolean => modifiers.some((word) => STRONG.includes(word))

/** What stands before a strong store or an atomic at `q`: whether it releases, updates, and to its block only. */
function releaseText({ modifiers }: Operation, isUpdate: boolean): string {
  const releases = modifiers.includes('release') || modifiers.includes('acq_rel')
  return `if (t->history) release(t, (unsigned char*)q, ${releases}, ${isUpdate}, ${modifiers.includes('cta')});`
}

/** What stands behind a strong load or an atomic at `q`. */
function acquireText({ modifiers }: Operation): string {
  const acquires = modifiers.includes('acquire') || modifiers.includes('acq_rel')
  return `if (t->history) acquire(t, (unsigned char*)q, ${acquires}, ${modifiers.includes('cta')});`
}

const load: Rule = rule(`${PLACES} ${CACHE} ${ORDER} v2 v4 v8`, (operation, scope) => {
  const type = typeOf(operation.types[0])!
  const targets = members(operation.operands[0]!)
  const strong = isStrong(operation)
  const from = pointer(strong ? 'StrongRead' : 'Read', operation, operation.operands[1]!, targets.length, scope)
  const values = targets.map((target, i) => write(target, type, `q[${i}]`, scope))
  // The values first, all of them: a target may be the address.
  return `${strong ? `spin(t, ${scope.place}); ` : ''}{ const ${type.cpp}* const q = (const ${type.cpp}*)${from}; ${strong ? acquireText(operation) : ''} ${values.join(' ')} }`
})

const store: Rule = rule(`${PLACES} ${CACHE} ${ORDER} v2 v4 v8`, (operation, scope) => {
  const type = typeOf(operation.types[0])!
  const sources = members(operation.operands[1]!)
  const strong = isStrong(operation)
  const to = pointer(strong ? 'StrongWrite' : 'Write', operation, operation.operands[0]!, sources.length, scope)
  const values = sources.map((source, i) => `q[${i}] = ${read(source, type, scope)};`)
  return `{ ${type.cpp}* const q = (${type.cpp}*)${to}; ${strong ? releaseText(operation, false) : ''} ${values.join(' ')} }`
})

type Combine = (old: string, values: readonly string[], type: ValueType) => string | undefined

const COMBINES: Readonly<Record<string, Combine>> = {
  add: (old, [b], type) => (type.kind === 'half' ? halves('add', old, b!, type) : `${old} + ${b}`),
  exch: (_, [b]) => b!,
  cas: (old, [b, c]) => `${old} == ${b} ? ${c} : ${old}`,
  min: (old, [b], type) => (type.kind === 'half' ? halves('min', old, b!, type) : `least<${type.cpp}>(${old}, ${b})`),
  max: (old, [b], type) =>
    type.kind === 'half' ? halves('max', old, b!, type) : `greatest<${type.cpp}>(${old}, ${b})`,
  and: (old, [b]) => `${old} & ${b}`,
  or: (old, [b]) => `${old} | ${b}`,
  xor: (old, [b]) => `${old} ^ ${b}`,
  inc: (old, [b], type) => `incremented<${type.cpp}>(${old}, ${b})`,
  dec: (old, [b], type) => `decremented<${type.cpp}>(${old}, ${b})`,
}

function halves(name: string, a: string, b: string, type: ValueType): string {
  const call = (part: string): string => `${name}Half<${type.cpp}>(${part}(${a}), ${part}(${b}))`
  return type.bits === 16 ? call('') : `packed(${call('lowHalf')}, ${call('highHalf')})`
}

/** `atom` gives the value from before, and is a point where other threads go on; `red` gives nothing. */
function atomic(givesOld: boolean): Rule {
  return rule(`${PLACES} ${ORDER} noftz ${Object.keys(COMBINES).join(' ')}`, (operation, scope) => {
    const type = typeOf(operation.types[0])!
    const kind = operation.modifiers.find((word) => word in COMBINES)
    const [target, address, ...values] = givesOld ? operation.operands : ['_', ...operation.operands]
    if (kind === undefined || values.some((value) => value.startsWith('{'))) return undefined
    const cpp = type.kind === 'half' ? type.container : type.cpp
    const combined = COMBINES[kind]!(
      'old',
      values.map((value) => read(value, type, scope)),
      type,
    )
    const at = pointer('Atomic', operation, address!, 1, scope)
    return (
      `${givesOld ? `spin(t, ${scope.place}); ` : ''}{ ${cpp}* const q = (${cpp}*)${at}; ${releaseText(operation, true)} ${acquireText(operation)} ` +
      `const ${cpp} old = *q; *q = (${cpp})(${combined}); ${target === '_' ? '' : write(target!, type, 'old', scope)} }`
    )
  })
}

const address: Rule = rule(`to ${PLACES}`, (operation, scope) => {
  const type = typeOf(operation.types[0])!
  const value = read(operation.operands[1]!, type, scope)
  const window = ['shared', 'cluster'].includes(spaceOf(operation))
    ? ` ${operation.modifiers.includes('to') ? '-' : '+'} SHARED_WINDOW`
    : ''
  return write(operation.operands[0]!, type, `${value}${window}`, scope)
})

const isSpace: Rule = rule('global shared local', ({ operands, modifiers }, scope) => {
  const name = modifiers[0]!
  const call = `is${name[0]!.toUpperCase()}${name.slice(1)}(t, ${read(operands[1]!, typeOf('u64')!, scope)})`
  return write(operands[0]!, typeOf('pred')!, call, scope)
})

// cp.async.ca.shared.global [to], [from], 16{, source bytes}; cp.async.commit_group; cp.async.wait_group N;
// cp.async.wait_all
const copyAsync: Rule = rule(
  `async ca cg shared shared::cta global commit_group wait_group wait_all ${CACHE}`,
  ({ operands, modifiers }, scope) => {
    const word = typeOf('u32')!
    if (modifiers.includes('commit_group')) return 'commitCopies(t);'
    if (modifiers.includes('wait_all')) return 'waitForCopies(t);'
    if (modifiers.includes('wait_group')) return `waitForGroups(t, ${read(operands[0]!, word, scope)});`
    const [to, from, bytes, sourceBytes] = operands as [string, string, string, string | undefined]
    // A predicate in the fourth place, which PTX also allows, has no instruction that nvcc makes.
    if (sourceBytes !== undefined && (scope.registers.get(sourceBytes) === 'pred' || operands.length > 4))
      return undefined
    return `copyAsync(t, ${addressOf(to, scope)}, ${addressOf(from, scope)}, ${bytes}, ${sourceBytes === undefined ? bytes : read(sourceBytes, word, scope)}, ${scope.place});`
  },
)

const fence: Rule = rule(
  'cta cluster gl sys gpu sc acq_rel acquire release',
  ({ modifiers }) => `if (t->history) fence(t, ${modifiers.includes('cta')});`,
)

// mapa{.shared::cluster}: the address of the same place in another block of the cluster; getctarank: whose it is.
const mapToRank: Rule = rule('shared::cluster', (operation, scope) => {
  const type = typeOf(operation.types[0])!
  const [target, from, rank] = operation.operands as [string, string, string]
  const window = operation.modifiers.length > 0 ? '' : 'SHARED_WINDOW + '
  const mapped = `mapToRank((uint32_t)${read(from, type, scope)}, ${read(rank, typeOf('u32')!, scope)})`
  return write(target, type, `${window}${mapped}`, scope)
})

const rankOf: Rule = rule('shared::cluster', ({ operands, types }, scope) =>
  write(operands[0]!, typeOf('u32')!, `rankOf(t, (uint32_t)${read(operands[1]!, typeOf(types[0])!, scope)})`, scope),
)

const nothing = (modifiers: string): Rule => rule(modifiers, () => '')

/** Instructions that touch memory. */
export const MEMORY: Readonly<Record<string, Rule>> = {
  ld: load,
  ldu: load,
  st: store,
  atom: atomic(true),
  red: atomic(false),
  cvta: address,
  isspacep: isSpace,
  cp: copyAsync,
  mapa: mapToRank,
  getctarank: rankOf,
  // All CUDA threads share one thread of the processor, which sees its own writes in order: only who watches cares.
  membar: fence,
  fence,
  prefetch: nothing('global local L1 L2'),
  prefetchu: nothing('L1'),
}
