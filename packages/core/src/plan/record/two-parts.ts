import { invalidArgument } from '../../errors.ts'
import type { Pace } from '../../pace.ts'
import type { GuidanceSlot } from '../../ports/velocity.ts'
import type { VectorSpace } from '../../space/vector-space.ts'
import type { Trajectory } from './trajectory.ts'

/** A slot to ask a velocity for its guidance term with; the vector is the caller's to release. */
export function openSlot<T>(space: VectorSpace<T>, like: T): GuidanceSlot<T> {
  return { out: space.allocate(like), written: false }
}

/** @throws FastFlowError `invalid-argument` when the velocity left the slot empty. */
export function filledSlot<T>({ out, written }: GuidanceSlot<T>): T {
  if (written) return out
  const fix = 'leave guided out, or let it fill call.guidance'
  throw invalidArgument('guided', `the velocity hands back no guidance term; ${fix}`)
}

/** What a trajectory keeps of the first evaluation: the whole velocity and, if known, its two parts, as new vectors. */
export function firstParts<T>(
  space: VectorSpace<T>,
  whole: T,
  guidance: T | undefined,
): Pick<Trajectory<T>, 'firstVelocity' | 'firstParts'> {
  const firstVelocity = space.clone(whole)
  if (guidance === undefined) return { firstVelocity }
  const conditional = space.clone(whole)
  subtract(space, conditional, guidance)
  return { firstVelocity, firstParts: { conditional, guidance: space.clone(guidance) } }
}

/** Takes the guidance term out of a whole velocity, in place: what is left is the conditional one. */
export function subtract<T>(space: VectorSpace<T>, velocity: T, guidance: T): void {
  space.linearCombination(velocity, [
    { weight: 1, vector: velocity },
    { weight: -1, vector: guidance },
  ])
}

/** Gram matrix of stored velocities, divided by `elements`; of both their parts where there are guidance terms. */
export async function gramOf<T>(
  space: VectorSpace<T>,
  velocities: readonly T[],
  terms: readonly T[],
  elements: number,
  pace: Pace,
): Promise<Float64Array> {
  const parts = terms.length > 0 ? 2 : 1
  const products = new Float64Array((parts * velocities.length) ** 2)
  for (const row of velocities.keys()) {
    if (pace.due()) await pace.rest()
    await takeRow(space, products, velocities, terms, row, velocities.length)
  }
  return finishGram(products, parts, velocities.length, elements)
}

/**
 * Inner products of velocity `row`, and of its guidance term, with themselves and those before. The matrix holds the
 * velocities first and then the terms.
 */
export async function takeRow<T>(
  space: VectorSpace<T>,
  products: Float64Array,
  velocities: readonly T[],
  terms: readonly T[],
  row: number,
  numSteps: number,
): Promise<void> {
  const size = terms.length > 0 ? 2 * numSteps : numSteps
  const before = [
    ...velocities.slice(0, row + 1).map((vector, k) => ({ vector, at: k })),
    ...terms.slice(0, row + 1).map((vector, k) => ({ vector, at: numSteps + k })),
  ]
  const newest = before.filter(({ at }) => at % numSteps === row)
  for (const one of newest) {
    const values = await Promise.all(before.map(({ vector }) => space.dot(vector, one.vector)))
    for (const [k, { at }] of before.entries()) {
      products[one.at * size + at] = values[k]!
      products[at * size + one.at] = values[k]!
    }
  }
}

/** Products of whole velocities and guidance terms as mean products of the parts: `c = v - g`. */
export function finishGram(
  products: Float64Array,
  parts: 1 | 2,
  numSteps: number,
  elements: number,
): Float64Array {
  const gram = products.map((product) => product / elements)
  if (parts === 1) return gram
  const size = 2 * numSteps
  const subtractBlock = (toRow: number, toColumn: number, fromRow: number, fromColumn: number): void => {
    for (let a = 0; a < numSteps; a++)
      for (let b = 0; b < numSteps; b++)
        gram[(toRow + a) * size + toColumn + b]! -= gram[(fromRow + a) * size + fromColumn + b]!
  }
  subtractBlock(0, 0, numSteps, 0)
  subtractBlock(0, numSteps, numSteps, numSteps)
  subtractBlock(0, 0, 0, numSteps)
  for (let a = 0; a < numSteps; a++)
    for (let b = 0; b < numSteps; b++) gram[(numSteps + b) * size + a] = gram[a * size + numSteps + b]!
  return gram
}

/** Gram matrix of the guidance terms, of runs recorded in two parts. */
export function guidanceGram(gram: Float64Array, numSteps: number): Float64Array {
  const at = (a: number, b: number): number => gram[(numSteps + a) * 2 * numSteps + numSteps + b]!
  return Float64Array.from({ length: numSteps * numSteps }, (_, k) =>
    at(Math.floor(k / numSteps), k % numSteps),
  )
}

/** What `of` makes of every Gram matrix, each of which has as many entries as 4 T^2. */
export async function eachGram(
  grams: readonly Float64Array[],
  of: (gram: Float64Array) => Float64Array,
  pace: Pace,
): Promise<Float64Array[]> {
  const made: Float64Array[] = []
  for (const gram of grams) {
    if (pace.due()) await pace.rest()
    made.push(of(gram))
  }
  return made
}

/** Gram matrix of the whole velocities `c + g`. */
export function wholeGram(gram: Float64Array, numSteps: number): Float64Array {
  if (gram.length === numSteps * numSteps) return gram
  const size = 2 * numSteps
  const at = (a: number, b: number): number => gram[a * size + b]!
  return Float64Array.from({ length: numSteps * numSteps }, (_, k) => {
    const [a, b] = [Math.floor(k / numSteps), k % numSteps]
    return at(a, b) + at(a, numSteps + b) + at(numSteps + a, b) + at(numSteps + a, numSteps + b)
  })
}
