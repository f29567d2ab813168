/** How faithful a plan is to its target, over runs; PSNR in dB. */
export interface PlanQuality {
  readonly mean: number
  /** Tenth percentile. */
  readonly p10: number
  readonly min: number
  /** Runs behind the figures. */
  readonly runs: number
  /**
   * `held-out`: runs that had no part in choosing or fitting the plan; they alone certify. `leave-one-out`: an estimate from the
   * calibration's own runs. Each was moved by weights fitted on the others and, where candidates were compared, judged under
   * the choice the others made, but the schedules to choose from came from all of them: too rosy where a model is hard.
   * `in-sample`: one run, which the plan was fitted on. `rehearsed`: computed from recorded velocities alone, several dB too
   * rosy. `none`: never run on this grid.
   */
  readonly basis: 'held-out' | 'leave-one-out' | 'in-sample' | 'rehearsed' | 'none'
}

/** Nothing beyond this is told apart: float32 states agree no better. */
const ceiling = 120

/** `10 log10(range^2 / mse)`, at most 120 dB. */
export function psnrOf(mse: number, range: number): number {
  return mse > 0 ? Math.min(ceiling, 10 * Math.log10((range * range) / mse)) : ceiling
}

/** Quantile with linear interpolation between order statistics. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const position = (sorted.length - 1) * q
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below)
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let n = 0; n < values.length; n++) sum += values[n]!
  return sum / values.length
}

/** What candidates are compared by: the middle between mean and tenth percentile, so that tails count. */
export function judge(scores: readonly number[]): number {
  return (meanOf(scores) + quantile(scores, 0.1)) / 2
}

export function summarise(scores: readonly number[], basis: PlanQuality['basis']): PlanQuality {
  if (scores.length === 0) return { mean: 0, p10: 0, min: 0, runs: 0, basis: 'none' }
  return {
    mean: meanOf(scores),
    p10: quantile(scores, 0.1),
    min: Math.min(...scores),
    runs: scores.length,
    basis,
  }
}

/**
 * Scores free of the optimism of choosing: each run is scored under the candidate that the other runs would have chosen.
 *
 * @param table one row of scores a candidate, one column a run
 */
export function scoresWithoutChoice(table: readonly (readonly number[])[]): number[] {
  const runs = table[0]!.length
  return Array.from({ length: runs }, (_, n) => {
    const others = table.map((row) => (runs > 1 ? judge(row.filter((_, m) => m !== n)) : judge(row)))
    return table[others.indexOf(Math.max(...others))]![n]!
  })
}
