import { expect, test } from 'vitest'
import { parsePtx } from './syntax.ts'
import { translate } from './translate.ts'

/** A module with one kernel of that body. */
function kernel(body: string, before = ''): string {
  return `.version 9.0
.target sm_80
.address_size 64
${before}
.visible .entry k(
	.param .u64 .ptr .align 1 k_param_0,
	.param .u32 k_param_1,
	.param .align 8 .b8 k_param_2[24]
)
.maxntid 128
{
${body}
	ret;
}
	.file	1 "/a/k.cu"
	.section	.debug_str
	{
$L__info_string0:
.b8 95,0
	}
`
}

/** The lines of the translation that come from the body. */
function bodyOf(body: string): readonly string[] {
  const { cpp, unknown } = translate(kernel(body))
  expect(unknown).toEqual([])
  const lines = cpp.split('\n')
  const start = lines.findIndex((line) => line.startsWith('void k_k('))
  return lines
    .slice(start + 1, lines.indexOf('}', start))
    .filter((line) => !line.startsWith('const unsigned char* const'))
}

test('arguments lie as the driver packs them', () => {
  expect(translate(kernel('')).kernels).toMatchObject([
    { name: 'k', argumentBytes: 40, staticShared: 0, cluster: [1, 1, 1] },
  ])
})

test('each instruction is a statement, registers are local variables', () => {
  expect(
    bodyOf(
      '.reg .b32 %r<4>; .reg .pred %p<2>;\nmov.u32 %r2, 1;\nadd.s32 %r1, %r2, 7;\nsetp.lt.s32 %p1, %r1, %r2;\n@%p1 bra $L__BB0_2;\n$L__BB0_2:',
    ),
  ).toEqual([
    'uint32_t v_r2; uint32_t v_r1; bool v_p1;',
    'v_r2 = (uint32_t)((uint32_t)1ull);',
    'v_r1 = (uint32_t)(v_r2 + (uint32_t)7ull);',
    'v_p1 = (bool)(((int32_t)(v_r1) < (int32_t)(v_r2)));',
    'if (v_p1) { goto L_L__BB0_2; }',
    'L_L__BB0_2:;',
    'return;',
  ])
})

test('registers are bits: an instruction reads them as its own type', () => {
  // From compute 10.0 on nvcc keeps floats in .b32 registers.
  expect(bodyOf('.reg .b32 %r<3>;\nmov.b32 %r2, 0;\nadd.f32 %r1, %r2, 0f3F800000;')[2]).toBe(
    'v_r1 = bits<uint32_t>((float)(bits<float>((uint32_t)(v_r2)) + bits<float>(0x3F800000u)));',
  )
})

test('names of inline assembly are local to its braces', () => {
  const lines = bodyOf(
    '.reg .b32 %r<3>;\n{ .reg .pred p; setp.ne.s32 p, %r1, 0; @p trap; }\n{ .reg .b32 p; mov.b32 p, %r1; mov.b32 %r2, p; }',
  )
  expect(lines[0]).toBe('bool v_p__1; uint32_t v_r1; uint32_t v_p__2; uint32_t v_r2;')
})

test('an unknown instruction, modifier or operand is named', () => {
  const body =
    '.reg .b32 %r<3>; .reg .f64 %fd<3>;\nwgmma.fence.sync.aligned;\nvadd.u32.u32.u32 %r1, %r2, 1;\nex2.approx.f64 %fd1, %fd2;\nmov.u32 %r1, %smid;\nvadd.u32.u32.u32 %r1, %r2, 2;'
  expect(translate(kernel(body)).unknown).toEqual([
    'ex2.approx.f64',
    'mov.u32 of %smid',
    'vadd.u32.u32.u32',
    'wgmma.fence.sync.aligned',
  ])
})

test('a pointer as initial value is refused', () => {
  expect(translate(kernel('', '.global .align 8 .u64 p = other;')).unknown).toEqual([
    '.global .align 8 .u64 p = other;',
  ])
})

test('static shared memory counts what the kernel names', () => {
  const before =
    '.shared .align 4 .b8 used[100];\n.shared .align 16 .b8 other[4096];\n.extern .shared .align 16 .b8 dynamic[];'
  const body =
    '.reg .b32 %r<3>;\n.shared .align 8 .b8 own[8];\nmov.u32 %r1, used;\nmov.u32 %r2, own;\nmov.u32 %r2, dynamic;'
  expect(translate(kernel(body, before)).kernels[0]!.staticShared).toBe(112)
})

test('a place is the line of the file that was compiled, of inlined headers too', () => {
  const { functions } = parsePtx(
    kernel(
      '.loc 1 12 3\ntrap;\n.loc 2 99 1, function_name $L__info_string0, inlined_at 1 14 5\ntrap;\n.loc 1 0 0\ntrap;',
    ),
  )
  const traps = functions[0]!.code.filter((s) => s.kind === 'instruction').filter(({ opcode }) => opcode === 'trap')
  expect(traps.map(({ file, line }) => [file, line])).toEqual([
    ['/a/k.cu', 12],
    ['/a/k.cu', 14],
    ['/a/k.cu', 14],
  ])
})
