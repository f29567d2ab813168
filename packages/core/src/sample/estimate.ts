/** Accumulates an estimate of how far the final state will be from that of a full run. */
export interface ErrorEstimate {
  /** Judges a jump, forecast through the first `count` of `nodes`, by the mismatch found where it landed. */
  landed(nodes: ArrayLike<number>, count: number, from: number, to: number, mismatch: number): void
  /** Accounts for the last jump, which lands on sigma 0 where nothing is evaluated. */
  ended(nodes: ArrayLike<number>, count: number, from: number, to: number): void
  /** Mean squared error; undefined before the first landing. */
  readonly mse: number | undefined
}

/**
 * Error of skipped steps from landing mismatches.
 *
 * The forecast through nodes n_a is off by about `C prod_a (sigma - n_a)`; the landing measures that at one
 * sigma, which gives |C|, and summing it over the micro-steps gives the error the jump left in the state:
 * `|C| |sum_k h_k prod_a (sigma_k - n_a)|`. Errors of different jumps are taken as uncorrelated, and the
 * flow between them as neither contracting nor expanding. Where it expands early errors, as guided image models do, the
 * true error is larger: by 16 dB for the paper's policy at 12 of 50 evaluations on `models/cifar10`, guidance 2.5.
 */
export function createErrorEstimate(sigmas: readonly number[]): ErrorEstimate {
  let total: number | undefined
  let lastCurvature = 0
  let lastCount = 0
  const factor = (nodes: ArrayLike<number>, count: number, sigma: number): number => {
    let product = 1
    for (let a = 0; a < count; a++) product *= sigma - nodes[a]!
    return product
  }
  const add = (nodes: ArrayLike<number>, count: number, from: number, to: number): void => {
    let moment = 0
    for (let k = from; k < to; k++) moment += (sigmas[k + 1]! - sigmas[k]!) * factor(nodes, count, sigmas[k]!)
    total = (total ?? 0) + lastCurvature * moment * moment
  }
  return {
    landed(nodes, count, from, to, mismatch) {
      lastCurvature = mismatch / factor(nodes, count, sigmas[to]!) ** 2
      lastCount = count
      add(nodes, count, from, to)
    },
    ended(nodes, count, from, to) {
      // Only a curvature of the same order applies; a lower one, from a first landing, errs on the high side.
      if (total !== undefined) add(nodes, Math.min(count, lastCount), from, to)
    },
    get mse() {
      return total
    },
  }
}
