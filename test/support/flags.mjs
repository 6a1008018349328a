// Plain JavaScript, because verify:matrix runs in Node without a build of the tests.

/** Every flag of a scan, alone and together with others. */
export const FLAGS = [
  {},
  { layout: 'tbd' },
  { layout: 'bdt' },
  { packed: ['hidden', 'gate'] },
  { packed: ['hidden', 'gate'], layout: 'bdt', resets: true },
  { packed: ['gate', 'hidden'], layout: 'tbd', resets: true },
  { resets: true },
  { cuSeqlens: true },
  { checkpoint: 4 },
  { checkpoint: 2, layout: 'bdt', resets: true },
  { checkpoint: 8, cell: 'sru', layout: 'tbd' },
  { cuSeqlens: true, resets: true, packed: ['hidden', 'gate'] },
  { cuSeqlens: true, checkpoint: 4, packed: ['gate', 'hidden'] },
]
