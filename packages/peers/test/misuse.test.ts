import * as peers from '@fastflow/peers'
import {
  type Argument,
  describeMisuse,
  type Misusable,
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

describeMisuse('@fastflow/peers', peers, {
  adaptiveDiffusion: peer(peers.adaptiveDiffusion, { threshold, maxSkips }),
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
  taylorSeer: peer(peers.taylorSeer, { order: only([], 2, 0, 3, NaN, 1.5), interval: whole(3, 0), warmup }),
  teaCache: peer(peers.teaCache, { threshold, coefficients: optional(numbers), warmup }),
})
