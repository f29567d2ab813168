import { float64Space } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { type Landing, linearSchedule, replay, type SkipPolicy, sample } from '../src/index.ts'
import { mixture, noise } from './support/runs.ts'

const decisions = 'CSSCCSCCSC'
const start = Float64Array.from(noise(3))
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0)

/** Replays `decisions`, asking for measurements, and returns what the policy was shown and how many dots that took. */
async function landingsOf(
  depth: number,
  needs: SkipPolicy['needs'],
): Promise<{ landings: Landing[]; states: Float64Array[]; velocities: Float64Array[]; dots: number }> {
  const inner = replay(decisions)
  const landings: Landing[] = []
  const states: Float64Array[] = []
  const velocities: Float64Array[] = []
  let dots = 0
  await sample({
    velocity: (x, sigma, call) => {
      states.unshift(x.slice())
      const v = mixture.velocity<Float64Array>(x, sigma, call)
      velocities.unshift(v.slice())
      return v
    },
    schedule: linearSchedule(decisions.length),
    x: start,
    space: {
      ...float64Space,
      dot: (a, b) => {
        dots++
        return dot(a, b)
      },
    },
    policy: {
      ...inner,
      depth,
      needs,
      decide: (state: undefined, landing, context) => {
        landings.push(landing)
        check(landing, states[0]!, velocities.slice(0, depth))
        return inner.decide(state, landing, context)
      },
    },
  })
  return { landings, states, velocities, dots }
}

function check(landing: Landing, x: Float64Array, velocities: readonly Float64Array[]): void {
  if (landing.velocityProducts) {
    expect(landing.velocityProducts).toEqual(velocities.map((a) => velocities.map((b) => dot(a, b))))
  }
  if (landing.stateProducts) expect(landing.stateProducts).toEqual([x, ...velocities].map((v) => dot(x, v)))
}

describe('inner products at a landing', () => {
  it.each([1, 2, 3, 5])('are those of the last %i velocities and of the state', async (depth) => {
    const { landings } = await landingsOf(depth, ['velocityProducts', 'stateProducts'])
    expect(landings.map(({ velocityProducts }) => velocityProducts?.length)).toEqual(
      landings.map((_, i) => Math.min(i + 1, depth)),
    )
    expect(
      landings.every(({ stateProducts }, i) => stateProducts?.length === Math.min(i + 1, depth) + 1),
    ).toBe(true)
  })

  it('of velocities cost one reduction for every velocity looked at', async () => {
    const { landings, dots } = await landingsOf(3, ['velocityProducts'])
    expect(dots).toBe(landings.reduce((sum, _, i) => sum + Math.min(i + 1, 3), 0))
    expect(landings.every(({ stateProducts }) => stateProducts === undefined)).toBe(true)
  })

  it('are not computed unless asked for', async () => {
    const { landings, dots } = await landingsOf(3, [])
    expect(dots).toBe(0)
    expect(landings.every(({ velocityProducts }) => velocityProducts === undefined)).toBe(true)
  })
})
