import { linearSchedule } from '@fastflow/core'
import * as peers from '@fastflow/peers'
import {
  type Argument,
  called,
  describeMisuse,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>> = {}): Misusable => ({
  call,
  arguments: fields,
})
const peer = (call: Misusable['call'], fields: Readonly<Record<string, Argument>>): Misusable =>
  row(call, { options: options(fields) })

const threshold = real(0.1)
const maxSkips = optional(whole(2, 0))
const warmup = optional(whole(2, 0))
const numbers = only(['list'], [1, 2], [NaN], ['1'], [Infinity])

const { sigmas } = linearSchedule(10)
const asked = { sigmas, numSteps: 10, random: () => 0.5 }
const context = made(() => asked, {}, { ...asked, numSteps: 9 }, { ...asked, sigmas: 5 })
const landed = {
  ...{ index: 0, sigma: 1, evaluations: 1, mismatch: undefined, relativeChange: undefined },
  ...{ velocityProducts: [[1]], stateProducts: [1, 1] },
}
const landing = made(
  () => landed,
  ...[{}, { ...landed, index: 10 }, { ...landed, evaluations: 0 }],
  ...[5, [5], [null]].map((velocityProducts) => ({ ...landed, velocityProducts })),
  { ...landed, stateProducts: 5 },
)
const rules = [
  peers.adaptiveDiffusion({ threshold: 0.1 }),
  peers.budCache({ mask: [1, 0, 1, 0, 1, 0, 1, 0, 1, 0] }),
  peers.easyCache({ threshold: 0.1 }),
  peers.fSampler(),
  peers.magCache({ ratios: [1, 1], threshold: 0.1 }),
  peers.meanCache({ k: 2, steps: [3] }),
  peers.spectrum(),
  peers.taylorSeer({ order: 2, interval: 3 }),
  peers.teaCache({ threshold: 0.1 }),
  peers.vde({ stableStep: 1, interval: 3 }),
] as readonly peers.Peer[]
/** Rules that keep nothing take any state. */
const stateless = ['replay', 'taylorseer', 'teacache']
const deciding = rules.map(({ policy }): [string, Misusable] => [
  `Peer.policy.decide, ${policy.name}`,
  stateless.includes(policy.name)
    ? row((...of: never[]) => policy.decide(undefined, ...(of as [never, never])), { landing, context })
    : row(policy.decide as never, {
        state: { ...made(() => policy.init(asked)), takes: ['list', 'object'] },
        landing,
        context,
      }),
])
const jump = {
  out: only(['list'], new Float64Array(3), []),
  nodes: called(/nodes/, only(['list'], [0.9], [])),
  count: whole(1, 4),
  sigmas: called(
    /sigmas|from/,
    made(() => sigmas),
  ),
  from: whole(1, 11),
  to: whole(3, 0, 11),
}

describeMisuse('@fastflow/peers', peers, {
  ...Object.fromEntries(deciding),
  'Peer.extrapolator.weights, taylor': row(
    peers.taylorSeer({ order: 2, interval: 3 }).extrapolator.weights,
    jump,
  ),
  'Peer.extrapolator.weights, residual': row(peers.reuseResidual().weights, jump),
  'Peer.policy.init, magcache': row(peers.magCache({ ratios: [1], threshold: 0.1 }).policy.init, {
    context: made(() => asked, {}, { ...asked, sigmas: 5 }, { ...asked, numSteps: 1e12 }),
  }),
  adaptiveDiffusion: peer(peers.adaptiveDiffusion, { threshold, maxSkips }),
  budCache: peer(peers.budCache, {
    mask: only(['list'], [1, 0], [NaN], ['1'], [2], [0]),
    reuse: optional(only([], 'velocity', 'state')),
  }),
  easyCache: peer(peers.easyCache, { threshold, warmup, reuse: optional(only([], 'velocity', 'state')) }),
  fSampler: row(peers.fSampler, {
    options: optional(
      options({
        tolerance: optional(real(0.1)),
        compare: optional(only([], 'epsilon', 'velocity')),
        protectFirst: optional(whole(2)),
        protectLast: optional(whole(2, 0)),
        anchorInterval: optional(whole(0)),
        maxSkips,
      }),
    ),
  }),
  intervalSteps: row(peers.intervalSteps, { numSteps: whole(10, 0), interval: whole(3, 0), warmup }),
  magCache: peer(peers.magCache, {
    ratios: { ...numbers, wrong: [...numbers.wrong!, [], [0], [-1]] },
    threshold,
    maxSkips,
    retention: optional(real(0.1, 1.5)),
  }),
  magnitudeRatios: row(peers.magnitudeRatios, { norms: numbers }),
  meanCache: peer(peers.meanCache, {
    k: whole(2, 0),
    steps: { ...numbers, wrong: [...numbers.wrong!, [-1], [0.5]] },
  }),
  reuseResidual: row(peers.reuseResidual),
  searchMask: peer(peers.searchMask, {
    numSteps: whole(10, 0),
    nfe: whole(4, 0, 11),
    masks: whole(2, 0),
    loss: only(['function'], async () => 1, {}),
    random: only(['function'], () => 0.5, {}),
  }),
  spectrum: row(peers.spectrum, {
    options: optional(
      options({
        window: optional(real(2, 0.5)),
        growth: optional(real(0.5)),
        warmup: optional(whole(4, 1)),
        stop: optional(real(0.9, 1.5)),
        degree: optional(whole(3)),
        ridge: optional(real(1, 0)),
        blend: optional(real(0.4, 1.5)),
      }),
    ),
  }),
  taylorSeer: peer(peers.taylorSeer, { order: only([], 2, 0, 3, NaN, 1.5), interval: whole(3, 0), warmup }),
  teaCache: peer(peers.teaCache, { threshold, coefficients: optional(numbers), warmup }),
  vde: peer(peers.vde, { stableStep: whole(1, 0), interval: whole(3, 0) }),
})
