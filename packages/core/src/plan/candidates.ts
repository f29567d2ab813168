import { shiftSigma } from '../schedule/shifted.ts'
import type { EdgeErrors } from './edges.ts'
import { type Parts, prefixKey, type Route } from './route.ts'
import { shortestPaths } from './shortest-path.ts'
import type { FitMode } from './visit.ts'

/** A schedule worth trying: which family proposed it, and how its weights are found. */
export interface Candidate extends Route {
  readonly family: string
  readonly mode: FitMode
  /** What its weights are of. */
  readonly parts: Parts
}

/** Where a candidate's weights come from, and what they are of. */
export type Weighting = Pick<Candidate, 'mode' | 'parts'>

/** Cost of a jump made of each run's local mean squared error; `sigma` is where the jump starts. */
type CostShape = (errors: Float64Array, sigma: number) => number

/** Squares, the earliest counted four times. */
export function tilted(errors: Float64Array, sigma: number): number {
  return (1 + sigma) ** 2 * meanOf(errors)
}

/**
 * Shapes differ in how errors add up (squares: at right angles; roots: along one line) and in how much the flow amplifies
 * an early one. None is best on every model, which is why candidates are tried
 * (docs/decisions/2026-11-25-squared-errors.md).
 */
const shapes: Readonly<Record<'tilted' | 'level' | 'steep' | 'root', CostShape>> = {
  tilted,
  level: (errors) => meanOf(errors),
  steep: (errors, sigma) => (1 + sigma ** 2) ** 2 * meanOf(errors),
  root: (errors) => rootMean(errors),
}

const shifts = [1.5, 1, 2, 3, 0.7] as const

/** In the order worth trying when nothing is known yet. */
const order = [...Object.keys(shapes), ...shifts.map((shift) => `shift-${shift}`)]

/**
 * Candidates of every budget at once, most promising first, duplicates left out. Weights are of whole velocities, of guided
 * models too.
 */
export function proposeCandidates(
  edges: EdgeErrors,
  sigmas: readonly number[],
  budgets: readonly number[],
): Map<number, Candidate[]> {
  const families = new Map<string, Map<number, readonly number[]>>()
  const errors = new Float64Array(edges.runs)
  for (const [family, shape] of Object.entries(shapes)) {
    const cost = (previous: number, i: number, j: number): number => {
      edges.measure(errors, previous, i, j)
      return shape(errors, sigmas[i]!)
    }
    families.set(family, shortestPaths(edges.numSteps, Math.max(...budgets), cost))
  }
  for (const shift of shifts) {
    families.set(
      `shift-${shift}`,
      new Map(budgets.map((budget) => [budget, shiftedPath(sigmas, budget, shift)])),
    )
  }
  return new Map(
    budgets.map((budget) => {
      const proposed = order.map((family): Candidate => {
        return { family, mode: 'rehearsed', parts: 1, path: families.get(family)!.get(budget)! }
      })
      return [budget, distinct(proposed)]
    }),
  )
}

/** Sum over the jumps of a path of the root mean local error; ranks small changes of a schedule. */
export function roughCost(edges: EdgeErrors, path: readonly number[]): number {
  const errors = new Float64Array(edges.runs)
  let total = 0
  for (let m = 0; m + 1 < path.length; m++) {
    edges.measure(errors, path[Math.max(0, m - 1)]!, path[m]!, path[m + 1]!)
    total += rootMean(errors)
  }
  return total
}

/** The grid indices closest to a shifted grid of `budget` steps, made strictly increasing. */
export function shiftedPath(sigmas: readonly number[], budget: number, shift: number): number[] {
  const numSteps = sigmas.length - 1
  const path = Array.from({ length: budget + 1 }, (_, k) =>
    nearestIndex(sigmas, sigmas[0]! * shiftSigma(1 - k / budget, shift)),
  )
  path[0] = 0
  path[budget] = numSteps
  for (let k = 1; k <= budget; k++) path[k] = Math.max(path[k]!, path[k - 1]! + 1)
  path[budget] = numSteps
  for (let k = budget - 1; k > 0; k--) path[k] = Math.min(path[k]!, path[k + 1]! - 1)
  return path
}

/** Index of the grid value closest to `sigma`. */
export function nearestIndex(sigmas: readonly number[], sigma: number): number {
  let best = 0
  for (let k = 1; k < sigmas.length; k++) {
    if (Math.abs(sigmas[k]! - sigma) < Math.abs(sigmas[best]! - sigma)) best = k
  }
  return best
}

/** Tells candidates apart by what they do. */
export function nameOf(candidate: Candidate): string {
  return `${candidate.mode} ${candidate.parts} ${prefixKey(candidate)}`
}

/** Of equal routes with equal weights the first. */
export function distinct(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>()
  return candidates.filter((candidate) => {
    const key = nameOf(candidate)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function meanOf(errors: Float64Array): number {
  let sum = 0
  for (let n = 0; n < errors.length; n++) sum += errors[n]!
  return sum / errors.length
}

function rootMean(errors: Float64Array): number {
  let sum = 0
  for (let n = 0; n < errors.length; n++) sum += Math.sqrt(errors[n]!)
  return sum / errors.length
}
