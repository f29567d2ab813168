import type { VectorSpace, Velocity } from '@fastflow/core'
import { checkNumber } from '@fastflow/core/backend'
import { checkTable } from './check-beginning.ts'
import { LANDING_FEATURES, scaled } from './features.ts'
import { standardScore } from './landings.ts'
import type { QualityTable } from './quality-table.ts'

/** Below the norm of anything that is no constant zero. */
const LEAST_SIZE = 1e-12

/** A velocity that is listened to. */
export interface SizedVelocity<T> {
  readonly velocity: Velocity<T>
  /**
   * Decimal logarithm of the squared norm of `x - sigma v`, the image that the first evaluation predicts; undefined before
   * it. All plans share that evaluation, so it is known before any choice has to be made. Where the prediction is large the
   * condition tells much of the image, and fewer evaluations do.
   */
  size(): number | undefined
}

/** Costs three inner products a run. */
export function sized<T>(inner: Velocity<T>, space: VectorSpace<T>): SizedVelocity<T> {
  let size: number | undefined
  return {
    size: () => size,
    async velocity(x, sigma, call) {
      const v = await inner(x, sigma, call)
      if (call.index > 0 || call.signal?.aborted) return v
      const [xx, xv, vv] = await Promise.all([space.dot(x, x), space.dot(x, v), space.dot(v, v)])
      size = Math.log10(Math.max(LEAST_SIZE, xx - 2 * sigma * xv + sigma * sigma * vv))
      return v
    },
  }
}

/** A size in standard deviations of those of the measured runs; 0 where there is no telling. */
export function sizeScore(table: QualityTable | undefined, size: number | undefined): number {
  checkTable(table)
  if (size !== undefined) checkNumber('size', size, -Infinity)
  const known = (table?.runs ?? []).flatMap((run) => (run.size === undefined ? [] : [[run.size]]))
  return size === undefined ? 0 : (standardScore([size], known, 0, 1) ?? 0)
}

/**
 * The context once landings of the same request are known, all before the choice it is for: how far the velocity moved
 * between the first two evaluations, and how far from straight it has been since, both in standard deviations of the
 * measured runs of the same plan. 0 where there is no telling.
 *
 * @param context as `contextOf` made it.
 * @param landings decimal logarithms of the mismatches so far.
 */
export function withLandings(
  context: readonly number[],
  table: QualityTable | undefined,
  arm: number,
  landings: readonly number[],
): number[] {
  const known = (table?.runs ?? []).flatMap((run) => (run.landings[arm] ? [run.landings[arm]] : []))
  const score = (from: number, to: number): number =>
    from < to ? (standardScore(landings, known, from, to) ?? 0) : 0
  const change = score(0, Math.min(1, landings.length))
  const curvature = score(1, landings.length)
  return [...context.slice(0, -LANDING_FEATURES), scaled(change), scaled(curvature)]
}
