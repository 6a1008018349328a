export { evaluate, type Values } from './evaluate.ts'
export { explain, type Clash, type Explanation, type Relaxation, type RelaxRange } from './explain.ts'
export { parse, type Model, type ParseOptions } from './model.ts'
export {
  all,
  best,
  count,
  first,
  minimise,
  neighbours,
  sample,
  violated,
  type Certificate,
  type Configuration,
  type Optimum,
  type Ranked,
  type SolveResult,
  type Table,
} from './operations.ts'
export { readSearchSpace } from './search-space.ts'
export { SpaceError, type SpaceErrorCode } from './source.ts'
export { bind, type Space } from './space.ts'
