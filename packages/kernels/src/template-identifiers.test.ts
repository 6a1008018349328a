import { input, mul, named, preactivation, registerCell, type Expr } from '@tilewright/cells'
import { identifiers } from '@tilewright/templates/identifiers'
import { expect, test } from 'vitest'
import { viewOf } from './kernel.ts'
import type { Configuration, KernelId, Problem } from './problem.ts'

type Found = Readonly<Record<'tensors' | 'locals', readonly string[]>>

const script = new URL('../../../templates/identifiers.mjs', import.meta.url).href
const { identifiersOf } = (await import(/* @vite-ignore */ script)) as { identifiersOf(template: string): Found }

const TEMPLATE = `{{!-- Needs Prose of a tag. --}}
constexpr int WIDTH = {{WIDTH}};  // prose of a comment

struct Place {
  int member;
};

__device__ inline float apart(float x, int other) {
  const float inside = called(x) + place.member;
  return inside;
}

{{#if IS_OPEN}}
__device__ void open(
    const Place& place{{#each INPUTS}}, float {{name}}{{/each}}) {
{{else}}
__device__ void shut(float {{name}}) {
{{/if}}
  const int early = 1;
  for (int i = 0; i < WIDTH; i++) {
#pragma unroll
    for (int loop = 0; loop < WIDTH; loop++)
      asm("text of %0" :: "r"(deeper));
    const float before = {{#if A}}left{{else}}right{{/if}};
    const float {{name}}_t = d{{OUTPUT_NAME}};
{{#each CELL_LINES}}
    {{this}}
{{/each}}
    after.member = 1.0f;
    for (;;) {
      later = {{A_RESULT}};
    }
  }
  return;
}
`

test('tensors must not be called as what a template declares, or says where it sees them', () => {
  expect(identifiersOf(TEMPLATE).tensors).toEqual(
    `Place WIDTH __device__ after apart asm before called const constexpr deeper early float for i inline int later left
    loop open place return right shut struct void`.split(/\s+/),
  )
})

test('values of a step must not be called as what stands around their lines', () => {
  expect(identifiersOf(TEMPLATE).locals).toEqual(
    'WIDTH after before const float for i int later left member right'.split(' '),
  )
})

test('a part of a function says what it says where tensors are seen', () => {
  expect(identifiersOf('{{!-- A part. --}}\n  const int lane = thread;\n').tensors).toContain('lane')
})

// Names that templates make of an input x.
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  'scan forward': ['x_t', 'xValues', 'xPacks'],
  'scan backward': ['x_t', 'xPacks', 'dx', 'dxValues', 'dxPacks'],
}

test('no printed line declares a name that stands around it', () => {
  const sizes = { dtype: 'f32', batch: 2, time: 8, heads: 1, headDim: 16 } as const
  const scan = { CHANNEL_LANES: 16, TIME_LANES: 2, ITEMS: 4, VECTOR: 1, PARTS: 1 }
  const fused = { ROW_TILES: 1, WARPS_ROWS: 1, WARPS_K: 1, CACHED_K_TILES: 1, BATCH_TILES: 1, BATCH_BLOCKS: 1 }
  const configs: Readonly<Record<string, Configuration>> = {
    'scan cuda': { ...scan, LOOK_BACK: 0, PREFETCH: 0 },
    'scan wgsl': { ...scan, SUBGROUPS: 0 },
    'recurrent-fused cuda': { ...fused, HEADS_PER_LAUNCH: 1, BLOCKS_PER_SM: 1 },
    'recurrent-fused wgsl': { UNIT_LANES: 8, K_LANES: 2, BLOCK_BATCH: 2, VECTOR: 1 },
  }
  for (const [key, { locals }] of Object.entries(identifiers)) {
    const [kernel, pass, target] = key.split(/[/.]/) as [KernelId['kernel'], KernelId['pass'], KernelId['target']]
    const around = [...locals.filter((name) => !name.includes('__')), ...(DERIVED[`${kernel} ${pass}`] ?? [])]
    const chain = (start: Expr): Expr => around.reduce((value, name) => named(name, mul(value, start)), start)
    const cell = `says-${key.replace(/\W/g, '-')}`
    const g = ['g']
    if (kernel === 'scan')
      registerCell({ kind: 'scan', name: cell, inputs: ['x', 'u'], a: chain(input('x')), b: chain(input('u')) })
    else
      registerCell({
        kind: 'recurrent',
        name: cell,
        states: ['h'],
        inputGates: g,
        recurrentGates: g,
        biasGates: g,
        next: { h: chain(preactivation('g')) },
      })
    const problem: Problem = { ...sizes, cell }
    const view = viewOf({ kernel, pass, target }, problem, configs[`${kernel} ${target}`]!, [])
    const lines = Object.entries(view).flatMap(([name, value]) => (name.endsWith('_LINES') ? (value as string[]) : []))
    expect(lines.length).toBeGreaterThan(around.length)
    const declared = lines.map((line) => /^(?:let|const float) (\w+) = /.exec(line)![1]!)
    expect(declared.filter((name) => around.includes(name))).toEqual([])
  }
})
