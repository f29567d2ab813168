import {
  adamsBashforth,
  calibrate,
  emulate,
  type Frontier,
  fillNormal,
  float32Space,
  fullPolicy,
  heun,
  linearSchedule,
  type PlanDocument,
  parsePlan,
  type Schedule,
  uniformSkip,
  unipc,
} from '@fastflow/core'
import { type Argument, called, made, only, optional, options, real, whole } from '@fastflow/testkit'

// Arguments of the functions of this package, right and wrong.

export const grid: Schedule = linearSchedule(10)
export const flow = (x: Float32Array): Float32Array => x.map((value) => -value)
export const noiseOf = (seed: number): Float32Array => fillNormal(new Float32Array(4), seed)
export const planned: PlanDocument = (
  await calibrate({ schedule: grid, velocity: flow, noise: noiseOf, budgets: [4, 6] })
).toJSON()
export const frontier = (): Frontier => parsePlan(planned)

const wrongGrids: readonly unknown[] = [
  [],
  [0],
  [2, 0],
  [1, 0.5],
  [0, 1],
  [1, 1, 0],
  [1, NaN, 0],
  [NaN, 0],
  ['1', '0'],
  [Symbol('one'), 0],
]

const callback: Argument = optional(only(['function'], () => undefined))
export const flag: Argument = optional(only(['flag'], true))
const anything: Argument = only(
  ['null', 'undefined', 'number', 'text', 'flag', 'list', 'object', 'function', 'symbol', 'bigint'],
  undefined,
)
export const seed: Argument = { ...whole(1), wrong: [NaN, Infinity, 1.5, Number.MAX_VALUE] }
export const sigmas: Argument = called(
  /schedule|plan/,
  made(() => grid.sigmas, ...wrongGrids),
)
export const schedule: Argument = made(
  () => grid,
  ...wrongGrids.map((wrong) => ({ name: 'wrong', sigmas: wrong })),
)
export const plan: Argument = made(frontier, planned)
export const space: Argument = made(() => float32Space, { ...float32Space, dot: 5 })
/** One that plans can be made for. */
export const solver: Argument = made(
  () => unipc(2),
  { ...unipc(2), scratch: NaN },
  { ...adamsBashforth(2), rule: 5 },
)
export const policy: Argument = made(
  () => uniformSkip(4),
  planned,
  frontier(),
  { ...fullPolicy(), needs: ['misses'] },
  { ...fullPolicy(), needs: undefined },
  { ...fullPolicy(), depth: NaN },
  { ...fullPolicy(), solver: 5 },
)
/** Of what the sampler is told at every step. */
const deciding: Argument = {
  ...policy,
  wrong: [
    ...policy.wrong!,
    ...[undefined, null, 5, [], [5], [{}], [{ landing: 0 }], [{ landing: NaN }], [{ landing: 11 }]].map(
      (decided) => ({ ...fullPolicy(), decide: () => decided }),
    ),
    ...[5, 'five', [], [NaN], ['1']].map((weights) => ({
      ...fullPolicy(),
      decide: () => [{ landing: 1, weights }],
    })),
  ],
}
const returned: readonly unknown[] = [
  undefined,
  null,
  NaN,
  'five',
  new Float32Array(3),
  new Float64Array(4),
  [1, 2, 3, 4],
  { length: 4 },
]
/** The sample function returns a number, which is wrong too. */
export const velocity: Argument = made(
  () => flow,
  ...returned.flatMap((value) => [() => value, async () => value]),
)
export const listened: Argument = only(['function'], flow)
export const state: Argument = called(
  /\bx\b|space|noise/,
  made(() => noiseOf(1), new Float32Array(0)),
)
const signal: Argument = optional(made(() => ({ aborted: false }), { aborted: 1 }))
export const steps: Argument = made(
  () => ({ nodes: [0, 4], weights: [[-0.4], [-0.6]] }),
  ...[[], [1], [0, 0], [0, 4, 3], [0, NaN], [0, 1.5], ['0'], 5].map((nodes) => ({
    nodes,
    weights: [[1], [1]],
  })),
)
const passes: Argument = whole(12, 0)
export const budget: Argument = called(/nfe|passes|budget|five/, {
  ...whole(6, 0),
  wrong: [
    ...whole(6, 0).wrong!,
    { pass: 6 },
    ...passes.wrong!.map((value) => ({ passes: value })),
    { passes: '12' },
    { passes: null },
  ],
})
export const arms: Argument = made(() => [0, 2], [], [-1, 2], [0.5, 2], [NaN, 2], ['0', '2'])

export const sampling: Argument = options({
  velocity,
  schedule,
  x: state,
  policy: optional(deciding),
  policyState: anything,
  extrapolator: optional(made(() => emulate(2), { ...emulate(2), depth: 0 }, { depth: 1 })),
  solver: optional(made(heun, { ...heun(), scratch: NaN }, { rule: 5 })),
  space: optional(space),
  random: callback,
  passesPerEvaluation: optional({
    ...real(2, 0),
    takes: ['number', 'function'],
    wrong: [...real(2, 0).wrong!, () => NaN],
  }),
  signal,
  onStep: callback,
  trace: flag,
  clock: optional(only(['function'], () => 0)),
})

/** What calibrations are given, besides what each has of its own. */
export const sources = {
  velocity,
  velocityOf: called(
    /velocity/,
    optional(
      made(
        () => () => flow,
        () => undefined,
      ),
    ),
  ),
  noise: made(
    () => noiseOf,
    () => undefined,
    () => 'five',
  ),
  space: optional(space),
  evaluations: optional(whole(100)),
  runs: optional(whole(1)),
  seeds: optional(only(['list'], [1, 2], [NaN], [1.5], ['1'])),
  recorded: optional(made(() => [], [{}], [null])),
  signal,
} as const
export const planning = {
  guided: flag,
  ridge: optional(real(0)),
  floorRuns: optional(whole(1)),
  onProgress: callback,
} as const
export const calibration: Argument = options({
  ...sources,
  ...planning,
  schedule: { ...schedule, wrong: [...schedule.wrong!, linearSchedule(1)] },
  solver: optional({ ...solver, wrong: [...solver.wrong!, heun(), { ...unipc(2), name: '' }] }),
  budgets: optional(only(['list'], [4], [], [0], [10], [NaN], [1.5], ['4'])),
  passes: optional(made(() => [], [NaN], ['4'], [1])),
  target: optional(only([], 'baseline', 'best')),
  depth: optional(whole(4, 0, 1)),
  range: optional(real(2, 0)),
  key: optional(
    called(
      /key|five|modle/,
      made(() => ({ model: null }), { modle: null }),
    ),
  ),
  start: optional(made(frontier, planned)),
  checkpoint: optional(made(() => undefined)),
  onCheckpoint: callback,
})
