import { createSchedule, sample, shiftedSchedule } from '@fastflow/core'
import { type AnalyticVelocity, float64Space, mixtureFlow } from '@fastflow/testkit'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Peer } from '../../src/index.ts'

export const flow = mixtureFlow({
  weights: [0.5, 0.3, 0.2],
  means: [
    [1.2, 0.3, -0.4],
    [-0.8, 1.0, 0.1],
    [0.2, -1.4, 0.9],
  ],
  std: 0.5,
})

/** What a rule of another tool sees at one step, before it knows whether to call the network. */
export interface OnlineStep {
  readonly index: number
  readonly numSteps: number
  readonly sigma: number
  /** `sigma_next - sigma`. */
  readonly h: number
  readonly x: Float64Array
  /** Calls the network. */
  compute(): Float64Array
}

/** Gives the velocity of every step: computed, or made of what it keeps. */
export type OnlineRule = (step: OnlineStep) => Float64Array

/** Euler with such a rule, step by step, as the other tools run it. */
export function runOnline(
  velocity: AnalyticVelocity,
  sigmas: readonly number[],
  start: Float64Array,
  rule: OnlineRule,
): { x: Float64Array; decisions: string } {
  let x: Float64Array = start.slice()
  let decisions = ''
  for (let index = 0; index + 1 < sigmas.length; index++) {
    const sigma = sigmas[index]!
    const h = sigmas[index + 1]! - sigma
    let letter = 'S'
    const compute = (): Float64Array => {
      letter = 'C'
      return velocity(x, sigma, { out: new Float64Array(x.length) })
    }
    const v = rule({ index, numSteps: sigmas.length - 1, sigma, h, x, compute })
    decisions += letter
    x = combine([1, x], [h, v])
  }
  return { x, decisions }
}

export function combine(...terms: (readonly [number, Float64Array])[]): Float64Array {
  const [, first] = terms[0]!
  return first.map((_, k) => terms.reduce((sum, [weight, vector]) => sum + weight * vector[k]!, 0))
}

export function length(vector: Float64Array): number {
  return Math.hypot(...vector)
}

export const arbitraryStart: fc.Arbitrary<Float64Array> = fc
  .array(fc.double({ min: -2.5, max: 2.5, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((values) => Float64Array.from(values))
  // A state of zeros has no relative change.
  .filter((values) => length(values) > 0.1)

/** Shifted grids, and some whose steps differ at random. */
export const arbitrarySigmas: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.5, max: 4, noNaN: true }))
    .map(([numSteps, shift]) => shiftedSchedule(numSteps, shift).sigmas),
  fc
    .uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 40 })
    .map((inner) => [1, ...inner.sort((a, b) => b - a).map((value) => value / 1000), 0]),
)

/** Decides ahead what the rule decides step by step, and ends in the same state. */
export async function expectSameAsOnline(
  peer: Peer,
  rule: OnlineRule,
  sigmas: readonly number[],
  x: Float64Array,
): Promise<{ decisions: string; nfe: number }> {
  const online = runOnline(flow.velocity, sigmas, x, rule)
  const { policy, extrapolator } = peer
  const schedule = createSchedule('test', sigmas)
  const result = await sample({
    velocity: flow.velocity,
    schedule,
    x,
    space: float64Space,
    policy,
    extrapolator,
  })
  expect(result.status.kind).toBe('completed')
  expect(result.stats.decisions).toBe(online.decisions)
  for (const [k, value] of result.x.entries()) expect(value).toBeCloseTo(online.x[k]!, 9)
  return result.stats
}
