import { validateWgsl } from '@tilewright/backend-webgpu/node'
import { expect, test } from 'vitest'

test('a legal module has no errors, and a broken one names its place', async () => {
  const source = '@compute @workgroup_size(8) fn f(@builtin(global_invocation_id) id: vec3<u32>) { let x = id.x; }'
  expect((await validateWgsl(source)).filter(({ type }) => type === 'error')).toEqual([])
  expect(await validateWgsl(source.replace('id.x', 'id.w'))).toMatchObject([{ type: 'error', line: 1 }])
})
