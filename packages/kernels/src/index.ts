export * from './dtype.ts'
export * from './plan.ts'
export * from './problem.ts'
