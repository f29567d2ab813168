import {
  adamsBashforth,
  fillNormal,
  linearSchedule,
  type SkipPolicy,
  sample,
  uniformSkip,
  type Velocity,
} from '@fastflow/core'
import { bench, describe } from 'vitest'

// A velocity that costs nothing leaves the sampler's own time: divide by 50 for one step.
const nothing: Velocity<Float32Array> = (_, __, { out }) => out

describe.each([3_072, 262_144])('50 steps of %i floats', (length) => {
  const base = { velocity: nothing, schedule: linearSchedule(50), x: fillNormal(new Float32Array(length), 1) }
  const measured: SkipPolicy<undefined> = { ...uniformSkip(17), needs: ['mismatch', 'relativeChange'] }

  bench('full', async () => void (await sample(base)))
  bench('AB2', async () => void (await sample({ ...base, solver: adamsBashforth(2) })))
  bench('uniform skip, 17 evaluations', async () => void (await sample({ ...base, policy: uniformSkip(17) })))
  bench('the same with all measures', async () => void (await sample({ ...base, policy: measured })))
})
