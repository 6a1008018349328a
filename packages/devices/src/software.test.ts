import { expect, test } from 'vitest'
import { isSoftware } from './software.ts'

test.each([
  ['lavapipe', 'llvmpipe (LLVM 15.0.7, 256 bits)', true],
  ['swiftshader', 'SwiftShader Device (Subzero)', true],
  ['microsoft-basic-render-driver', 'Microsoft Basic Render Driver', true],
  ['apple-m1', 'Apple M1', false],
  ['h100-sxm', 'NVIDIA H100 80GB HBM3', false],
])('%s, %s: %s', (name, title, expected) => {
  expect(isSoftware({ name, title })).toBe(expected)
})
