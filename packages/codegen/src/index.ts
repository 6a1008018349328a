export type { Kernel } from './kernel.ts'
