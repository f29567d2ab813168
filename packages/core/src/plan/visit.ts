import { emulate } from '../extrapolate/emulate.ts'
import type { Extrapolator } from '../extrapolate/extrapolator.ts'
import { integrate } from '../extrapolate/integrate.ts'
import type { VectorSpace } from '../space/vector-space.ts'
import type { FitOptions, JumpEquations } from './fit.ts'
import type { PlanTarget } from './increments.ts'
import type { Trajectory } from './trajectory.ts'

/**
 * Where a plan's weights come from: fitted on the states the student itself reaches, fitted on the recorded runs
 * (teacher forcing, {@link createRehearsal}), or the prior rule's.
 */
export type FitMode = 'fitted' | 'rehearsed' | 'plain'

/** What all jumps of a calibration have in common. */
export interface JumpSetup<T> {
  readonly space: VectorSpace<T>
  readonly sigmas: readonly number[]
  /** Elements of a state. */
  readonly elements: number
  readonly runs: readonly Trajectory<T>[]
  readonly prior: Extrapolator
  /** Velocities a jump may use. */
  readonly depth: number
  readonly fit: FitOptions
}

/** A place in the tree of walked prefixes; arrays hold one entry a run, in order, as far as they have come. */
export interface Visit<T> {
  readonly index: number
  readonly before: Visit<T> | undefined
  readonly states: T[]
  /** Empty at the end, where nothing is evaluated. */
  readonly velocities: T[]
  /** Products of each run's velocity here with itself and the ones before, divided by D. */
  readonly products: Float64Array[]
  /** Weights of the jump that leads here. */
  readonly weights: Float64Array
  /** The same fitted without the run itself; empty for plain plans. */
  readonly own: readonly Float64Array[]
}

/** The last visits, newest first, `depth` at most. */
export function recent<T>(visit: Visit<T>, depth: number): Visit<T>[] {
  const chain: Visit<T>[] = []
  for (let at: Visit<T> | undefined = visit; at !== undefined && chain.length < depth; at = at.before) {
    chain.push(at)
  }
  return chain
}

/** The rule that fits start from: it reproduces the target's own discretisation. */
export function priorRule(target: PlanTarget): Extrapolator {
  return target === 'exact' ? integrate(2) : emulate(2)
}

/** Weights of the prior rule for a jump from the newest visit, padded with zeros to the length of the chain. */
export function priorOf<T>(setup: JumpSetup<T>, chain: readonly Visit<T>[], to: number): Float64Array {
  return priorWeights(
    setup.prior,
    setup.sigmas,
    chain.map((visit) => visit.index),
    to,
  )
}

/** The same from grid indices, newest first. */
export function priorWeights(
  prior: Extrapolator,
  sigmas: readonly number[],
  indices: readonly number[],
  to: number,
): Float64Array {
  const weights = new Float64Array(indices.length)
  const nodes = indices.map((index) => sigmas[index]!)
  prior.weights(weights, nodes, Math.min(nodes.length, prior.depth), sigmas, indices[0]!, to)
  return weights
}

/**
 * How much of the error at hand a jump tries to undo. Undoing all of it makes the recursion unstable (weights of
 * alternating sign that the next evaluation answers); at the end there is no next evaluation.
 */
export function catchUp(to: number, numSteps: number): number {
  return to === numSteps ? 1 : 0.5
}

/** `x + sum_a weights_a v_a` for run `n`, a new vector. */
export function combineWith<T>(
  space: VectorSpace<T>,
  chain: readonly Visit<T>[],
  n: number,
  weights: ArrayLike<number>,
): T {
  const start = chain[0]!.states[n]!
  const x = space.allocate(start)
  const terms = chain.map((visit, a) => ({ weight: weights[a]!, vector: visit.velocities[n]! }))
  space.linearCombination(x, [{ weight: 1, vector: start }, ...terms])
  return x
}

/** Inner products of one run for fitting the jump from the newest visit of `chain` to grid index `to`. */
export async function equationsOf<T>(
  setup: JumpSetup<T>,
  chain: readonly Visit<T>[],
  n: number,
  to: number,
): Promise<JumpEquations> {
  const { space, runs, elements, sigmas } = setup
  const depth = chain.length
  const { index, states } = chain[0]!
  const basis = new Float64Array(depth * depth)
  for (let a = 0; a < depth; a++) {
    for (let b = a; b < depth; b++) {
      const product = chain[a]!.products[n]![b - a]!
      basis[a * depth + b] = product
      basis[b * depth + a] = product
    }
  }
  const undone = catchUp(to, sigmas.length - 1)
  const teacher = runs[n]!.states
  const way = space.allocate(teacher[to]!)
  space.linearCombination(way, [
    { weight: 1, vector: teacher[to]! },
    { weight: undone - 1, vector: teacher[index]! },
    { weight: -undone, vector: states[n]! },
  ])
  const products = await Promise.all([
    ...chain.map((visit) => space.dot(visit.velocities[n]!, way)),
    space.dot(way, way),
  ])
  space.release(way)
  const scaled = Float64Array.from(products, (product) => product / elements)
  return { basis, towards: scaled.subarray(0, depth), distance: scaled[depth]! }
}
