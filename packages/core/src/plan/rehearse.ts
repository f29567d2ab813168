import type { Extrapolator } from '../extrapolate/extrapolator.ts'
import { type FitOptions, fitJump, type JumpEquations } from './fit.ts'
import type { Increments } from './increments.ts'
import { quadratic } from './quadratic.ts'
import { catchUp, priorWeights } from './visit.ts'

/** Plays plans against recorded runs without the network. */
export interface Rehearsal {
  /** Mean squared distance to the end of each recorded run when the fitted plan `path` is followed. */
  errors(path: readonly number[]): number[]
  /** Weights fitted on the recorded runs, one row a jump. */
  weights(path: readonly number[]): number[][]
}

export interface RehearsalOptions {
  readonly grams: readonly Float64Array[]
  readonly increments: Increments
  readonly sigmas: readonly number[]
  readonly prior: Extrapolator
  /** Velocities a jump may use. */
  readonly depth: number
  readonly fit: FitOptions
}

interface Run {
  readonly gram: Float64Array
  /** Row j: the teacher's `x_j - x_0` as a combination of its velocities. */
  readonly reached: Float64Array
  readonly state: Float64Array
  /** Nodes whose velocities the jump at hand uses, newest first. */
  nodes: readonly number[]
}

/**
 * A student's run as combinations of the teacher's velocities, `x_i - x_0 = s^T v`, with the teacher's velocity at every
 * node (teacher forcing). Inner products are then Gram products, and fitting a plan is arithmetic on T numbers.
 *
 * Good enough to fit weights from; as a forecast of the final error it is several dB too rosy, because it does not
 * know how the flow amplifies an early error.
 */
export function createRehearsal(options: RehearsalOptions): Rehearsal {
  const { numSteps } = options.increments
  const reached = cumulate(options.increments)
  const play = (path: readonly number[]): { runs: Run[]; weights: Float64Array[] } => {
    const runs = options.grams.map(
      (gram): Run => ({ gram, reached, state: new Float64Array(numSteps), nodes: [] }),
    )
    const weights = path.slice(1).map((to, m) => {
      const nodes = path.slice(Math.max(0, m + 1 - options.depth), m + 1).reverse()
      for (const run of runs) run.nodes = nodes
      const prior = priorWeights(options.prior, options.sigmas, nodes, to)
      const fitted = fitJump(
        runs.map((run) => equationsOf(run, to, numSteps)),
        prior,
        options.fit,
      )
      for (const run of runs) {
        for (const [a, node] of nodes.entries()) run.state[node]! += fitted[a]!
      }
      return fitted
    })
    return { runs, weights }
  }
  return {
    errors: (path) => play(path).runs.map((run) => quadratic(run.gram, wayOf(run, numSteps, numSteps, 1))),
    weights: (path) => play(path).weights.map((row) => [...row]),
  }
}

/** Most runs that rehearsed weights are fitted on; a few suffice, and each costs a rehearsal without it. */
const mostRuns = 8

/** A rehearsal for each of the first runs that leaves it out, and last one with all of them. */
export function leaveOneOut(options: RehearsalOptions): Rehearsal[] {
  const grams = options.grams.slice(0, mostRuns)
  const without = grams.map((_, n) => (grams.length > 1 ? grams.filter((_, m) => m !== n) : grams))
  return [...without, grams].map((chosen) => createRehearsal({ ...options, grams: chosen }))
}

function cumulate({ numSteps, matrix }: Increments): Float64Array {
  const reached = new Float64Array((numSteps + 1) * numSteps)
  for (let k = 0; k < numSteps * numSteps; k++) reached[numSteps + k] = reached[k]! + matrix[k]!
  return reached
}

/** The teacher's way from the newest node to `to`, less the share of the error that is to be undone. */
function wayOf(run: Run, to: number, size: number, undone: number): Float64Array {
  const from = (run.nodes[0] ?? 0) * size
  return Float64Array.from({ length: size }, (_, k) => {
    const teacher = run.reached[to * size + k]! - (1 - undone) * run.reached[from + k]!
    return teacher - undone * run.state[k]!
  })
}

function equationsOf(run: Run, to: number, size: number): JumpEquations {
  const { nodes, gram } = run
  const depth = nodes.length
  const way = wayOf(run, to, size, catchUp(to, size))
  const basis = new Float64Array(depth * depth)
  const towards = new Float64Array(depth)
  for (const [a, node] of nodes.entries()) {
    for (let k = 0; k < size; k++) towards[a]! += gram[node * size + k]! * way[k]!
    for (const [b, other] of nodes.entries()) basis[a * depth + b] = gram[node * size + other]!
  }
  return { basis, towards, distance: quadratic(gram, way) }
}
