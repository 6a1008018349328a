// What the fit sweeps: for each CUDA kernel, problems and strata. A stratum is a rule that is added to the kernel's own, so
// that what is drawn covers every term of the formula and not only what is common. Its names are those of the rule file.
//
// About one point in `under` + 1 may be left under the formula by a few registers: covering the last ones, which are freaks of
// the compiler, would exclude much that compiles. What is left is excluded all the same where it spills, since a rule asks for
// 255, 128 or 64 registers and not for one more than there are: the residuals count what is not.

/** Values that live in registers at once, in bands; above 240 nothing can compile without spills. */
const BANDS = [0, 1, 2, 3, 4, 5].map((band) => `${40 * band} <= LIVE_REGISTERS < ${40 * (band + 1)}`)

const STREAMS = ['SHARED_K_TILES == 0', 'SHARED_K_TILES > 0']

// Where the best configurations are: R fills the registers, and little of them is left for the elements.
const BORDER = ['160 <= LIVE_REGISTERS < 200', '200 <= LIVE_REGISTERS < 240'].map(
  (band) => `${band} and THREAD_ELEMENTS <= 2`,
)

const DTYPES = ['bf16', 'f32']

const DEVICES = ['h100-sxm', 'a100-80gb', 'l4']

// Of parts the second launch is a walk; the first one needs less.
const SCAN = {
  under: 24,
  devices: DEVICES,
  problems: problemsOf(['mingru', 'sru', 'linear', 'minlstm'], {
    headDims: [64, 96, 256, 768, 2048],
    batches: [16, 1, 64, 4],
    heads: [1],
  }),
  strata: product(
    [1, 2, 4, 8].map((vector) => `VECTOR == ${vector}`),
    [1, 4, 8, 16, 32].map((items) => `ITEMS == ${items}`),
    [
      ...product(['TIME_LANES == 1', 'TIME_LANES > 1'], ['PREFETCH == 0', 'PREFETCH == 1']).map(({ rules }) =>
        [...rules, 'LOOK_BACK == 0'].join(' and '),
      ),
      'LOOK_BACK == 1',
    ],
    ['LIVE_REGISTERS < 240'],
  ),
}

export const FAMILIES = [
  {
    name: 'recurrent-fused',
    id: { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' },
    under: 16, // sharper: the best configurations keep as much of R in registers as there is room for
    devices: DEVICES,
    problems: problemsOf(['lstm', 'gru', 'lstm', 'elman', 'slstm'], {
      headDims: [32, 48, 100, 128, 192, 256, 384, 500, 768, 1024, 1536, 2048],
      batches: [16, 4, 64, 1, 32],
      heads: [1, 1, 4],
    }),
    strata: [
      ...product(BANDS, STREAMS, ['BATCH_TILES == 1', 'BATCH_TILES == 2', 'BATCH_TILES == 4']),
      ...product(BORDER, STREAMS, ['WARP_ROW_TILES == 1', 'WARP_ROW_TILES == 2', 'WARP_ROW_TILES > 2']),
    ],
  },
  { name: 'scan', id: { kernel: 'scan', pass: 'forward', target: 'cuda' }, ...SCAN },
  { name: 'scan-backward', id: { kernel: 'scan', pass: 'backward', target: 'cuda' }, ...SCAN, under: 48 },
]

/** Every cell with every dtype; the sizes take turns, so that neighbouring strata meet other ones. */
function problemsOf(cells, { headDims, batches, heads }) {
  return cells.flatMap((cell, c) =>
    DTYPES.map((dtype, d) => (turn) => {
      const next = turn + c * 5 + d * 3
      return {
        cell,
        dtype,
        batch: batches[next % batches.length],
        time: 1024,
        heads: heads[next % heads.length],
        headDim: headDims[next % headDims.length],
      }
    }),
  )
}

/**
 * Every combination of the levels of some factors as one rule, with the sum of their indices: of the combinations with an
 * even sum, and of those with an odd one, any two factors together still have every pair of levels.
 */
function product(...factors) {
  return factors.reduce(
    (strata, levels) =>
      strata.flatMap(({ rules, sum }) => levels.map((level, i) => ({ rules: [...rules, level], sum: sum + i }))),
    [{ rules: [], sum: 0 }],
  )
}
