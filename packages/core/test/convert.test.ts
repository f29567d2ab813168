import {
  createSchedule,
  fromEpsilon,
  fromTimeUp,
  fromX0,
  linearSchedule,
  sample,
  type Velocity,
} from '@fastflow/core'
import { float64Space, gaussianFlow, guidedFlow } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'

const space = float64Space
const flow = gaussianFlow({ mean: [2, -1, 0.5], std: 0.3 })
const x = Float64Array.of(0.4, -1.3, 2.2)
const velocity = flow.velocity as Velocity<Float64Array>

/** The flow's velocity in closed form at every sigma of a grid, in the other words. */
const v = (at: Float64Array, sigma: number) => flow.velocity(at, sigma, { out: at.slice() })

const converted: readonly [string, Velocity<Float64Array>][] = [
  ['fromTimeUp', fromTimeUp((at, t) => v(at, 1 - t).map((value) => -value), { space })],
  // eps = x + (1 - sigma) v, x0 = x - sigma v.
  ['fromEpsilon', fromEpsilon((at, s) => v(at, s).map((value, k) => at[k]! + (1 - s) * value), { space })],
  ['fromX0', fromX0((at, s) => v(at, s).map((value, k) => at[k]! - s * value), { space })],
]

describe.each(converted)('%s', (_, own) => {
  it.each([0.999, 0.7, 0.3, 0.01])('is the velocity in closed form at sigma %d', async (sigma) => {
    const out = new Float64Array(3)
    const call = { index: 0, branch: 'both', signal: undefined, out } as const
    expect(await own(x, sigma, call)).toBe(out)
    const exact = v(x, sigma)
    for (let k = 0; k < 3; k++) expect(out[k]).toBeCloseTo(exact[k]!, 11)
  })

  it('samples as the velocity itself does, at as many evaluations', async () => {
    const schedule = createSchedule('from 0.9', [0.9, 0.7, 0.5, 0.2, 0.1, 0])
    const options = { schedule, x, space }
    const [one, other] = [await sample({ ...options, velocity }), await sample({ ...options, velocity: own })]
    expect(other.stats.nfe).toBe(one.stats.nfe)
    for (let k = 0; k < 3; k++) expect(other.x[k]).toBeCloseTo(one.x[k]!, 11)
    expect(x).toEqual(Float64Array.of(0.4, -1.3, 2.2))
  })
})

it('a model that writes to out, and Float32Arrays, need no space', async () => {
  const up = fromTimeUp((at, t, { out }) => {
    for (let k = 0; k < at.length; k++) out[k] = 3 * t - at[k]!
    return out
  })
  const start = Float32Array.of(1, 2)
  const { x: end } = await sample({ velocity: up, schedule: linearSchedule(1), x: start })
  // One step of Euler from t = 0: dx/dt = -x.
  expect([...end]).toEqual([0, 0])
  const wrong = fromX0<Float32Array>(() => undefined as never)
  await expect(sample({ velocity: wrong, schedule: linearSchedule(2), x: start })).rejects.toThrow(
    'velocity: returned undefined',
  )
})

it('a prediction of the noise is refused at sigma 1', async () => {
  const run = sample({
    velocity: fromEpsilon((at) => at),
    schedule: linearSchedule(2),
    x: Float32Array.of(1),
  })
  await expect(run).rejects.toMatchObject({ code: 'invalid-argument', field: 'schedule' })
})

describe('guidance', () => {
  const other = gaussianFlow({ mean: [0], std: 1 })
  const parts = { conditional: flow.velocity, unconditional: other.velocity, guidanceScale: 3 }

  it('is converted as the whole is: the term and the conditional part', async () => {
    const down = guidedFlow(parts)
    const up = guidedFlow(parts)
    const upward = fromTimeUp(async (at, t, call) => {
      const said = await up.velocity(at, 1 - t, call)
      const { guidance } = call
      if (guidance?.written) guidance.out.set(guidance.out.map((value) => -value))
      return said.map((value) => -value)
    })
    const start = Float32Array.of(0.3, -0.2, 1)
    for (const branch of ['both', 'conditional'] as const) {
      const [one, two] = [0, 1].map(() => ({ out: new Float32Array(3), written: false }))
      const call = { index: 0, branch, signal: undefined }
      const expected = await down.velocity(start, 0.4, { ...call, guidance: one, out: new Float32Array(3) })
      const found = await upward(start, 0.4, { ...call, guidance: two, out: new Float32Array(3) })
      for (let k = 0; k < 3; k++) expect(found[k]).toBeCloseTo(expected[k]!, 5)
      expect(two).toEqual(one)
    }
    expect(up.passes).toBe(down.passes)
  })
})
