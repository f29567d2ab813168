/** Accumulates an estimate of how far the final state will be from that of a full run. */
export interface ErrorEstimate {
  /** Judges a jump by the mismatch found where it landed. */
  landed(nodes: readonly number[], from: number, to: number, mismatch: number): void
  /** Accounts for the last jump, which lands on sigma 0 where nothing is evaluated. */
  ended(nodes: readonly number[], from: number, to: number): void
  readonly mse: number | undefined
}

/**
 * Error of skipped steps from landing mismatches.
 *
 * The forecast through nodes n_a is off by about `C prod_a (sigma - n_a)`; the landing measures that at one
 * sigma, which gives |C|, and summing it over the micro-steps gives the error the jump left in the state:
 * `|C| |sum_k h_k prod_a (sigma_k - n_a)|`. Errors of different jumps are taken as uncorrelated, and the
 * flow between them as neither contracting nor expanding.
 */
export function createErrorEstimate(sigmas: readonly number[]): ErrorEstimate {
  let total: number | undefined
  let lastCurvature = 0
  const factor = (nodes: readonly number[], sigma: number): number =>
    nodes.reduce((product, node) => product * (sigma - node), 1)
  const add = (nodes: readonly number[], from: number, to: number, curvature: number): void => {
    let moment = 0
    for (let k = from; k < to; k++) moment += (sigmas[k + 1]! - sigmas[k]!) * factor(nodes, sigmas[k]!)
    total = (total ?? 0) + curvature * moment * moment
  }
  return {
    landed(nodes, from, to, mismatch) {
      lastCurvature = mismatch / factor(nodes, sigmas[to]!) ** 2
      add(nodes, from, to, lastCurvature)
    },
    ended(nodes, from, to) {
      if (total !== undefined) add(nodes, from, to, lastCurvature)
    },
    get mse() {
      return total
    },
  }
}
