import { linearSchedule, sample } from '@fastflow/core'
import { type AnalyticVelocity, float64Space } from '@fastflow/testkit'
import { expect } from 'vitest'
import type { Peer } from '../../src/index.ts'

/** `v_k = cos(k + 3 sigma) x_k - (k + 1) sigma`, for figures that were computed by other means. */
const velocity: AnalyticVelocity = (x, sigma, { out }) => {
  for (let k = 0; k < x.length; k++) out[k] = Math.cos(k + 3 * sigma) * x[k]! - (k + 1) * sigma
  return out
}

/** Runs a rule on that velocity from (0.8, -1.1, 0.4) over the uniform grid of as many steps as there are letters. */
export async function expectFigures(
  peer: Peer,
  decisions: string,
  figures: readonly number[],
): Promise<void> {
  const { policy, extrapolator } = peer
  const schedule = linearSchedule(decisions.length)
  const x = Float64Array.of(0.8, -1.1, 0.4)
  const result = await sample({ velocity, schedule, x, space: float64Space, policy, extrapolator })
  expect(result.stats.decisions).toBe(decisions)
  for (const [k, figure] of figures.entries()) expect(result.x[k]).toBeCloseTo(figure, 10)
}
