export * from './backend.ts'
