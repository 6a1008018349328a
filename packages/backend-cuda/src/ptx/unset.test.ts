import { expect, test } from 'vitest'
import { parsePtx } from './syntax.ts'
import { maybeUnset } from './unset.ts'

function unset(body: string): readonly string[] {
  const text = `.visible .entry k()\n{\n.reg .b32 %r<6>; .reg .pred %p<2>;\n${body}\n}`
  return [...maybeUnset(parsePtx(text).functions[0]!)].toSorted()
}

test('what is written before it is read is set', () => {
  expect(unset('mov.u32 %r1, %tid.x;\nmov.u32 %r2, %r1;\nadd.s32 %r3, %r2, %r1;\nret;')).toEqual([])
})

test('what one of two ways sets may be unset behind both', () => {
  const both =
    'setp.eq.s32 %p1, 1, 2;\n@%p1 bra $A;\nmov.u32 %r1, 1;\nbra $B;\n$A:\nSET\n$B:\nadd.s32 %r2, %r1, 1;\nret;'
  expect(unset(both.replace('SET', ''))).toEqual(['%r1'])
  expect(unset(both.replace('SET', 'mov.u32 %r1, 2;'))).toEqual([])
})

test('a loop reads what it sets itself only from its second round on', () => {
  const loop = 'BEFORE\n$L:\nadd.s32 %r1, %r1, 1;\nsetp.lt.s32 %p1, %r1, 9;\n@%p1 bra $L;\nret;'
  expect(unset(loop.replace('BEFORE', ''))).toEqual(['%r1'])
  expect(unset(loop.replace('BEFORE', 'mov.u32 %r1, 0;'))).toEqual([])
})

test('a guarded instruction may not write, and a copy of what is not set sets nothing', () => {
  expect(unset('setp.eq.s32 %p1, 1, 2;\n@%p1 mov.u32 %r1, 1;\nadd.s32 %r2, %r1, 1;\nret;')).toEqual(['%r1'])
  expect(unset('mov.u32 %r2, %r1;\nmov.u32 %r3, %r2;\nadd.s32 %r4, %r3, 1;\nret;')).toEqual(['%r1', '%r2', '%r3'])
})

test('a store reads its address and its value, a load of several writes all', () => {
  expect(unset('st.global.u32 [%r1+4], %r2;\nret;')).toEqual(['%r1', '%r2'])
  expect(unset('ld.shared.v2.u32 {%r1, %r2}, [8];\nadd.s32 %r3, %r1, %r2;\nret;')).toEqual([])
  expect(unset('bar.sync %r1;\nbar.red.popc.u32 %r2, 0, %p1;\nadd.s32 %r3, %r2, 1;\nret;')).toEqual(['%p1', '%r1'])
})
