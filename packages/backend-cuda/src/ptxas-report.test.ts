import { expect, test } from 'vitest'
import { parsePtxasReport } from './ptxas-report.ts'

test('an entry point without spills', () => {
  const text = `ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'lstm' for 'sm_90'
ptxas info    : Function properties for lstm
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 54 registers, used 1 barriers, 5120 bytes smem
ptxas info    : Compile time = 12.345 ms
`
  expect(parsePtxasReport(text)).toEqual({
    lstm: { architecture: 'sm_90', registers: 54, spillBytes: 0, stackBytes: 0, sharedBytes: 5120, barriers: 1 },
  })
})

test('two entry points, one with spills, for an architecture that reports constant memory', () => {
  const text = `ptxas info    : Compiling entry function 'first' for 'sm_80'
ptxas info    : Function properties for first
    128 bytes stack frame, 252 bytes spill stores, 348 bytes spill loads
ptxas info    : Used 255 registers, used 1 barriers, 128 bytes cumulative stack size, 5120 bytes smem, 392 bytes cmem[0]
ptxas info    : Compiling entry function 'second' for 'sm_80'
ptxas info    : Function properties for second
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 8 registers, 372 bytes cmem[0]
`
  expect(parsePtxasReport(text)).toEqual({
    first: { architecture: 'sm_80', registers: 255, spillBytes: 348, stackBytes: 128, sharedBytes: 5120, barriers: 1 },
    second: { architecture: 'sm_80', registers: 8, spillBytes: 0, stackBytes: 0, sharedBytes: 0, barriers: 0 },
  })
})

test('a function that is called is not the entry point that calls it', () => {
  const text = `ptxas info    : Compiling entry function 'kernel' for 'sm_90'
ptxas info    : Function properties for kernel
    16 bytes stack frame, 4 bytes spill stores, 4 bytes spill loads
ptxas info    : Function properties for helper
    64 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 26 registers, used 0 barriers, 16 bytes cumulative stack size
`
  expect(parsePtxasReport(text)).toEqual({
    kernel: { architecture: 'sm_90', registers: 26, spillBytes: 4, stackBytes: 16, sharedBytes: 0, barriers: 0 },
  })
})
