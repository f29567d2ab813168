import type { Pace } from '../../pace.ts'
import { coordinatesOfRun, errorOfJump, type RunCoordinates } from './coordinate-edges.ts'
import { EXACT_STEPS } from './factor.ts'
import type { Increments } from './increments.ts'

/**
 * Local error of every jump between grid points, from inner products alone.
 *
 * A jump (p, i -> j) replaces the teacher's change `sum_{k in [i, j)} increment_k` by `w_0 v_i + w_1 v_p`; the
 * difference is a combination `c` of recorded velocities, and its mean square is `c^T G c`. Sums over steps are
 * prefix sums, so that each jump costs a handful of operations whatever its length.
 */
export interface EdgeErrors {
  readonly numSteps: number
  /** Number of recorded runs. */
  readonly runs: number
  /**
   * Writes the error of each run for the jump from `i` to `j` with `previous` evaluated before (`i` itself at the start).
   */
  measure(out: Float64Array, previous: number, i: number, j: number): void
}

interface RunTables {
  readonly gram: Float64Array
  /** `toward[a (T + 1) + j] = <v_a, x_j - x_0>`. */
  readonly toward: Float64Array
  /** `way[i (T + 1) + j] = <x_i - x_0, x_j - x_0>`. */
  readonly way: Float64Array
}

export async function createEdgeErrors(
  grams: readonly Float64Array[],
  increments: Increments,
  sigmas: readonly number[],
  pace: Pace,
): Promise<EdgeErrors> {
  const { numSteps } = increments
  if (numSteps > EXACT_STEPS) return edgesOfCoordinates(grams, increments, sigmas, pace)
  const tables: RunTables[] = []
  for (const gram of grams) tables.push(await tabulate(gram, increments, pace))
  return {
    numSteps,
    runs: grams.length,
    measure(out, previous, i, j) {
      const [w0, w1] = linearWeights(increments.moments, sigmas, previous, i, j)
      for (let n = 0; n < tables.length; n++) out[n] = errorOf(tables[n]!, numSteps, previous, i, j, w0, w1)
    },
  }
}

/** The same in coordinates: of large grids the tables would cost the cube of the steps. */
async function edgesOfCoordinates(
  grams: readonly Float64Array[],
  increments: Increments,
  sigmas: readonly number[],
  pace: Pace,
): Promise<EdgeErrors> {
  const runs: RunCoordinates[] = []
  for (const gram of grams) runs.push(await coordinatesOfRun(gram, increments, pace))
  return {
    numSteps: increments.numSteps,
    runs: runs.length,
    measure(out, previous, i, j) {
      const [w0, w1] = linearWeights(increments.moments, sigmas, previous, i, j)
      for (let n = 0; n < runs.length; n++) out[n] = errorOfJump(runs[n]!, previous, i, j, w0, w1)
    },
  }
}

function errorOf(
  { gram, toward, way }: RunTables,
  size: number,
  p: number,
  i: number,
  j: number,
  w0: number,
  w1: number,
): number {
  const wide = size + 1
  const length = way[j * wide + j]! - 2 * way[i * wide + j]! + way[i * wide + i]!
  const along0 = toward[i * wide + j]! - toward[i * wide + i]!
  const along1 = toward[p * wide + j]! - toward[p * wide + i]!
  const square =
    w0 * w0 * gram[i * size + i]! + 2 * w0 * w1 * gram[i * size + p]! + w1 * w1 * gram[p * size + p]!
  return Math.max(0, length - 2 * (w0 * along0 + w1 * along1) + square)
}

/** Linear extrapolation through the last two nodes, summed over the steps of the jump. */
function linearWeights(
  [zeroth, first]: Increments['moments'],
  sigmas: readonly number[],
  p: number,
  i: number,
  j: number,
): readonly [number, number] {
  const h = zeroth[j]! - zeroth[i]!
  if (p === i) return [h, 0]
  const slope = (first[j]! - first[i]! - h * sigmas[i]!) / (sigmas[i]! - sigmas[p]!)
  return [h + slope, -slope]
}

async function tabulate(
  gram: Float64Array,
  { numSteps: size, matrix }: Increments,
  pace: Pace,
): Promise<RunTables> {
  const wide = size + 1
  const toward = new Float64Array(size * wide)
  for (let a = 0; a < size; a++) {
    if (pace.due()) await pace.rest()
    for (let j = 0; j < size; j++) {
      let sum = toward[a * wide + j]!
      for (let b = 0; b < size; b++) sum += matrix[j * size + b]! * gram[a * size + b]!
      toward[a * wide + j + 1] = sum
    }
  }
  const way = new Float64Array(wide * wide)
  for (let i = 0; i < size; i++) {
    if (pace.due()) await pace.rest()
    for (let j = 0; j <= size; j++) {
      let sum = way[i * wide + j]!
      for (let a = 0; a < size; a++) sum += matrix[i * size + a]! * toward[a * wide + j]!
      way[(i + 1) * wide + j] = sum
    }
  }
  return { gram, toward, way }
}
