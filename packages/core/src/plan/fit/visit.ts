import type { Extrapolator } from '../../extrapolate/extrapolator.ts'
import { integrate } from '../../extrapolate/integrate.ts'
import { emulateSolver } from '../../solver/emulate-solver.ts'
import { euler } from '../../solver/euler.ts'
import type { Solver } from '../../solver/solver.ts'
import type { VectorSpace } from '../../space/vector-space.ts'
import type { PlanTarget } from '../price/increments.ts'
import type { Trajectory } from '../record/trajectory.ts'
import type { FitOptions, JumpEquations } from './fit.ts'
import type { Columns, Parts } from './route.ts'

/**
 * Where the weights of a plan's jumps before the last come from: fitted on the states the student itself reaches, or on the
 * recorded runs (teacher forcing, {@link createRehearsal}).
 */
export type FitMode = 'fitted' | 'rehearsed'

/** What all jumps of a calibration have in common. */
export interface JumpSetup<T> {
  readonly space: VectorSpace<T>
  readonly sigmas: readonly number[]
  /** Elements of a state. */
  readonly elements: number
  readonly runs: readonly Trajectory<T>[]
  readonly prior: Extrapolator
  /** Velocities a jump may use, of each part. */
  readonly depth: number
  readonly parts: Parts
  readonly fit: FitOptions
}

/** A place before the end in the tree of walked prefixes; arrays hold one entry a run, in order, as far as they have come. */
export interface Visit<T> {
  readonly index: number
  readonly before: Visit<T> | undefined
  readonly states: T[]
  /** Conditional ones where there are two parts. */
  readonly velocities: T[]
  /** Guidance terms; empty where they were not evaluated. */
  readonly guidance: T[]
  /** Weights of the jump that leads here. */
  readonly weights: Float64Array
  /** The same fitted without the run itself; empty at the start. */
  readonly own: readonly Float64Array[]
}

/**
 * The rule that fits start from: it reproduces the target's own discretisation.
 *
 * @param solver of the baseline; Euler when omitted.
 * @param depth velocities a jump may use.
 */
export function priorRule(target: PlanTarget, solver: Solver = euler(), depth?: number): Extrapolator {
  return target === 'exact' ? integrate(2) : emulateSolver(solver, depth)
}

/** What a jump from `visit` combines, for run `n`. */
export function vectorsOf<T>(visit: Visit<T>, columns: Columns, n: number): T[] {
  const chain = new Map<number, Visit<T>>()
  for (let at: Visit<T> | undefined = visit; at !== undefined; at = at.before) chain.set(at.index, at)
  return [
    ...columns.velocities.map((node) => chain.get(node)!.velocities[n]!),
    ...columns.guidance.map((node) => chain.get(node)!.guidance[n]!),
    ...(columns.state ? [visit.states[n]!] : []),
  ]
}

/**
 * How much of the error at hand a jump tries to undo. Undoing all of it makes the recursion unstable (weights of
 * alternating sign that the next evaluation answers); at the end there is no next evaluation.
 */
export function catchUp(to: number, numSteps: number): number {
  return to === numSteps ? 1 : 0.75
}

/** `x + sum_a weights_a v_a` for run `n`, a new vector. */
export function combineWith<T>(
  space: VectorSpace<T>,
  from: Visit<T>,
  n: number,
  vectors: readonly T[],
  weights: ArrayLike<number>,
): T {
  const start = from.states[n]!
  const x = space.allocate(start)
  const terms = vectors.map((vector, a) => ({ weight: weights[a]!, vector }))
  space.linearCombination(x, [{ weight: 1, vector: start }, ...terms])
  return x
}

/** Inner products of one run for fitting the jump from `from` to grid index `to`. */
export async function equationsOf<T>(
  setup: JumpSetup<T>,
  from: Visit<T>,
  columns: Columns,
  n: number,
  to: number,
): Promise<JumpEquations> {
  const { space, runs, elements, sigmas } = setup
  const vectors = vectorsOf(from, columns, n)
  const depth = vectors.length
  const undone = catchUp(to, sigmas.length - 1)
  const teacher = runs[n]!.states
  const way = space.allocate(teacher[to]!)
  space.linearCombination(way, [
    { weight: 1, vector: teacher[to]! },
    { weight: undone - 1, vector: teacher[from.index]! },
    { weight: -undone, vector: from.states[n]! },
  ])
  const all = [...vectors, way]
  const products = await Promise.all(
    all.flatMap((one, a) => all.slice(0, a + 1).map((other) => space.dot(one, other))),
  )
  space.release(way)
  const product = (a: number, b: number): number =>
    products[(Math.max(a, b) * (Math.max(a, b) + 1)) / 2 + Math.min(a, b)]! / elements
  const basis = Float64Array.from({ length: depth * depth }, (_, k) =>
    product(Math.floor(k / depth), k % depth),
  )
  const towards = Float64Array.from({ length: depth }, (_, a) => product(a, depth))
  return { basis, towards, distance: product(depth, depth) }
}
