import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { found, missing } from '../../test-kernels/harness.ts'
import { compile } from '../compile.ts'
import { classOf, type InstructionClass } from './classes.ts'
import { countsText } from './counts-text.ts'
import { countsOf, loopsAt, timeLoopLine, type KernelCounts } from './counts.ts'
import { parsePtx } from './syntax.ts'

function entry(body: string): string {
  return `.visible .entry k()\n{\n.reg .pred %p<4>;\n${body}\n}\n.file 1 "folder/k.cu"\n`
}

function classOfText(statement: string): InstructionClass | undefined {
  const [instruction] = parsePtx(entry(`${statement};`)).functions[0]!.code
  return instruction?.kind === 'instruction' ? classOf(instruction) : undefined
}

// Forms as the PTX ISA and nvcc write them; bytes by hand.
test.each([
  ['ld.global.f32 %f1, [%rd1]', 'load', 'global', 4, 'ld.global'],
  [
    'ld.global.nc.L1::no_allocate.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1]',
    'load',
    'global',
    16,
    'ld.global.nc.L1::no_allocate',
  ],
  ['ld.acquire.gpu.global.u32 %r1, [%rd1]', 'load', 'global', 4, 'ld.acquire.gpu.global'],
  ['ld.volatile.shared.v2.b16 {%rs1, %rs2}, [%r1]', 'load', 'shared', 4, 'ld.volatile.shared'],
  ['ld.shared::cluster.u32 %r1, [%r2]', 'load', 'cluster', 4, 'ld.shared::cluster'],
  ['ld.u8 %rs1, [%rd1]', 'load', 'generic', 1, 'ld'],
  ['ld.const.f64 %fd1, [table]', 'load', 'const', 8, 'ld.const'],
  [
    'ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1, %r2, %r3, %r4}, [%r5]',
    'load',
    'shared',
    16,
    'ldmatrix.sync.aligned.m8n8.shared',
  ],
  [
    'wmma.load.a.sync.aligned.row.m16n16k16.global.f16 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8}, [%rd1], %r9',
    'load',
    'global',
    32,
    'wmma.load.a.sync.aligned.row.m16n16k16.global',
  ],
  ['st.local.v2.u64 [%rd1], {%rd2, %rd3}', 'store', 'local', 16, 'st.local'],
  ['st.global.u16 [%rd1], %rs1', 'store', 'global', 2, 'st.global'],
  [
    'stmatrix.sync.aligned.m8n8.x2.shared.b16 [%r5], {%r1, %r2}',
    'store',
    'shared',
    8,
    'stmatrix.sync.aligned.m8n8.shared',
  ],
  ['cp.async.cg.shared.global [%r1], [%rd1], 16, %r2', 'copy', 'global', 16, 'cp.async.cg.shared.global'],
  ['cp.async.ca.shared.global [%r1], [%rd1], 4', 'copy', 'global', 4, 'cp.async.ca.shared.global'],
  [
    'cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r1], [%rd1], %r2, [%r3]',
    'copy',
    'global',
    undefined,
    'cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes',
  ],
  ['atom.global.add.u32 %r1, [%rd1], 1', 'atomic', 'global', 4, 'atom.global.add'],
  ['atom.acq_rel.gpu.global.cas.b64 %rd1, [%rd2], %rd3, %rd4', 'atomic', 'global', 8, 'atom.acq_rel.gpu.global.cas'],
  ['red.shared.add.noftz.bf16x2 [%r1], %r2', 'atomic', 'shared', 4, 'red.shared.add.noftz'],
])('%s', (statement, kind, space, bytes, name) => {
  expect(classOfText(statement)).toEqual({ kind, name, space, bytes })
})

test.each([
  [
    'mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f1, %f2, %f3, %f4}, {%r1, %r2, %r3, %r4}, {%r5, %r6}, {%f1, %f2, %f3, %f4}',
    'mma',
    'm16n8k16',
    'f32.bf16.bf16.f32',
  ],
  [
    'mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f1}, {%r1}, {%r5}, {%f1}',
    'mma',
    'm16n8k8',
    'f32.tf32.tf32.f32',
  ],
  [
    'mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e5m2.f32 {%f1}, {%r1}, {%r5}, {%f1}',
    'mma',
    'm16n8k32',
    'f32.e4m3.e5m2.f32',
  ],
  ['wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32 {%f1}, {%r1}, {%r2}, {%f1}', 'wmma', 'm16n16k16', 'f32.f32'],
  [
    'wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {%f1}, %rd1, %rd2, 1, 1, 1, 0, 0',
    'wgmma',
    'm64n128k16',
    'f32.bf16.bf16',
  ],
])('%s', (statement, name, shape, types) => {
  expect(classOfText(statement)).toEqual({ kind: 'matrix', name, shape, types })
})

test.each([
  ['bar.sync 0', 'barrier'],
  ['barrier.sync.aligned 1, 64', 'barrier'],
  ['mbarrier.try_wait.parity.shared::cta.b64 %p1, [%r1], %r2', 'barrier'],
  ['barrier.cluster.arrive.aligned', 'cluster-barrier'],
  ['bar.warp.sync -1', 'warp-barrier'],
  ['membar.gl', 'fence'],
  ['fence.acq_rel.gpu', 'fence'],
  ['wgmma.fence.sync.aligned', 'fence'],
  ['cp.async.commit_group', 'wait'],
  ['cp.async.wait_all', 'wait'],
  ['cp.async.bulk.wait_group.read 0', 'wait'],
  ['wgmma.wait_group.sync.aligned 0', 'wait'],
  ['ex2.approx.ftz.f32 %f1, %f2', 'special'],
  ['tanh.approx.f32 %f1, %f2', 'special'],
])('%s', (statement, kind) => {
  expect(classOfText(statement)).toEqual({ kind, name: statement.split(' ')[0] })
})

test('arithmetic, jumps and parameters have no class; a call has the name of what it calls', () => {
  for (const statement of ['add.f32 %f1, %f2, %f3', '@%p1 bra $L', 'ld.param.u64 %rd1, [k_param_0]', 'ret'])
    expect(classOfText(statement)).toBeUndefined()
  expect(classOfText('call.uni (retval0), helper, (param0)')).toEqual({ kind: 'call', name: 'call helper' })
})

const NESTED = entry(`.loc 1 3 0
ld.global.f32 %f1, [%rd1];
@%p1 ld.global.f32 %f2, [%rd1];
$OUTER:
.loc 1 5 0
bar.sync 0;
$INNER:
.loc 1 7 0
st.shared.f32 [%r1], %f1;
.loc 1 6 0
@%p2 bra $INNER;
@%p1 bra $SKIP;
.loc 1 9 0
st.shared.v4.f32 [%r1], {%f1, %f1, %f1, %f1};
@%p3 bra $OUTER;
$SKIP:
.loc 1 4 0
@%p2 bra $OUTER;
.loc 1 11 0
ret;`)

test('each loop has what is its own, by the line of its jump back', () => {
  expect(countsOf(NESTED)['k']).toEqual({
    outside: {
      instructions: 3,
      counts: [{ kind: 'load', name: 'ld.global', space: 'global', bytes: 4, count: 2, conditional: 1 }],
    },
    loops: [
      {
        line: 4,
        file: 'k.cu',
        depth: 1,
        instructions: 5,
        counts: [
          { kind: 'store', name: 'st.shared', space: 'shared', bytes: 16, count: 1, conditional: 1 },
          { kind: 'barrier', name: 'bar.sync', count: 1, conditional: 0 },
        ],
        loops: [
          {
            line: 6,
            file: 'k.cu',
            depth: 2,
            instructions: 2,
            counts: [{ kind: 'store', name: 'st.shared', space: 'shared', bytes: 4, count: 1, conditional: 0 }],
            loops: [],
          },
        ],
      },
    ],
  })
})

test('a loop is found by its line at any depth', () => {
  const kernel = countsOf(NESTED)['k']!
  expect(loopsAt(kernel, 6)).toEqual(kernel.loops[0]!.loops)
  expect(loopsAt(kernel, 7)).toEqual([])
})

test('what stands behind an early return is conditional, behind a trap it is not', () => {
  const outside = (guarded: string): unknown => countsOf(entry(`${guarded}\nbar.sync 0;\nret;`))['k']!.outside.counts
  expect(outside('@%p1 ret;')).toMatchObject([{ kind: 'barrier', conditional: 1 }])
  expect(outside('@%p1 bra $GO;\ntrap;\n$GO:')).toMatchObject([{ kind: 'barrier', conditional: 0 }])
})

test('the table is aligned', () => {
  expect(countsText(countsOf(NESTED))).toBe(`k
                                 space   bytes  count  conditional  instruction
  outside of loops                                  3               all
    load                         global      4      2            1  ld.global
  round of the loop in line 4                       5               all
    store                        shared     16      1            1  st.shared
    barrier                                         1               bar.sync
    round of the loop in line 6                     2               all
      store                      shared      4      1               st.shared
`)
})

test('a loop from another file is named by it, one of no line is not', () => {
  const loop = (loc: string): string => `${loc}\n$L${loc.length}:\n@%p1 bra $L${loc.length};`
  const text = entry(`${loop('.loc 1 3 0')}\n${loop('.loc  2 7 0')}\nret;`) + '.file 2 "folder/own.h"\n'
  expect(countsText(countsOf(text))).toMatch(/round of the loop in line 3 [\s\S]+ round of the loop in own\.h:7 /)
  expect(countsText(countsOf(entry(`${loop('')}\nret;`)))).toMatch(/ round of the loop {2,}\d/)
})

test('the loop over time is the one that ends at time', () => {
  const source = [
    'void k_reduce(int time) {',
    '  for (; chunk + CHUNK <= end; chunk += CHUNK)',
    '}',
    'void k(int time) {',
    '  for (int i = 0; i < 4; i++) {}',
    '  for (int t = 0; t < time; t++) {}',
    '}',
  ].join('\n')
  expect(timeLoopLine(source, 'k_reduce')).toBe(2)
  expect(timeLoopLine(source, 'k')).toBe(6)
  expect(timeLoopLine('void k() {\n}\nvoid other() {\n  for (int t = 0; t < time; t++) {}\n}', 'k')).toBeUndefined()
})

describe.runIf(missing === undefined)('of what nvcc makes', { timeout: 60_000 }, () => {
  const counted = async (
    file: string,
    kernel: string,
  ): Promise<{ readonly kernel: KernelCounts; lineOf(text: string): number }> => {
    if (found.status !== 'found') throw new Error(found.message)
    const source = await readFile(new URL(`../../test-kernels/${file}`, import.meta.url), 'utf8')
    const compiled = await compile(source, { toolchain: found, architecture: 'sm_80', name: file.replace('.cu', '') })
    if (compiled.status !== 'compiled') throw new Error(compiled.message)
    const lines = source.split('\n')
    return {
      kernel: countsOf(compiled.ptx)[kernel]!,
      lineOf: (text) => 1 + lines.findIndex((line) => line.includes(text)),
    }
  }

  test('a loop that nvcc unrolls by four is two loops of one line', async () => {
    const { kernel, lineOf } = await counted('tile.cu', 'tile_product')
    const loops = loopsAt(kernel, lineOf('k += STEP'))
    const rounds = loops.map(({ counts }) => counts.find(({ kind }) => kind === 'matrix')!.count)
    expect(rounds.toSorted((a, b) => a - b)).toEqual([1, 4])
    for (const [i, loop] of loops.entries())
      expect(
        loop.counts.map(({ count, conditional, ...what }) => [what, count / rounds[i]!, conditional / rounds[i]!]),
      ).toEqual([
        [{ kind: 'matrix', name: 'mma', shape: 'm16n8k16', types: 'f32.bf16.bf16.f32' }, 1, 0],
        [{ kind: 'load', name: 'ldmatrix.sync.aligned.m8n8.shared', space: 'shared', bytes: 16 }, 1, 0],
        [{ kind: 'load', name: 'ldmatrix.sync.aligned.m8n8.trans.shared', space: 'shared', bytes: 8 }, 1, 0],
        [{ kind: 'copy', name: 'cp.async.cg.shared.global', space: 'global', bytes: 16 }, 2, 1],
        [{ kind: 'wait', name: 'cp.async.commit_group' }, 1, 0],
        [{ kind: 'wait', name: 'cp.async.wait_group' }, 1, 0],
        [{ kind: 'warp-barrier', name: 'bar.warp.sync' }, 2, 0],
      ])
    expect(kernel.outside.counts.filter(({ kind }) => kind === 'store' || kind === 'copy')).toMatchObject([
      { kind: 'store', space: 'global', bytes: 4, count: 4 },
      { kind: 'copy', bytes: 16, count: 2, conditional: 1 },
    ])
  })

  test('a loop that nvcc unrolls whole is no loop', async () => {
    const { kernel, lineOf } = await counted('reduce.cu', 'block_sum')
    expect(loopsAt(kernel, lineOf('half /= 2'))).toEqual([])
    // One before the loop, and its three rounds.
    expect(kernel.outside.counts.filter(({ kind }) => kind === 'barrier')).toMatchObject([{ count: 4, conditional: 0 }])
  })
})
