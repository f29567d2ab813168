import { invalidArgument } from '@fastflow/core'
import { checkNumber, checkWhole, isNumbers, shown } from '@fastflow/core/backend'

const MOST_STEPS = 10_000
const MOST_SCALE = 100
const SEEDS = 2 ** 32

/** Steps and guidance of runs, in the ranges of every pipeline. @throws FastFlowError `invalid-argument`. */
export function checkRun(run: { readonly numSteps: unknown; readonly guidanceScale: unknown }): void {
  checkWhole('numSteps', run.numSteps, 1, MOST_STEPS)
  checkNumber('guidanceScale', run.guidanceScale, 0, MOST_SCALE)
}

/** So many samples, whose seeds count from `seed` on. @throws FastFlowError `invalid-argument`. */
export function checkSamples(run: { readonly samples: unknown; readonly seed: unknown }): void {
  const samples = checkWhole('samples', run.samples, 1, SEEDS)
  checkWhole('seed', run.seed, 0, SEEDS - samples)
}

/** Where guidance acts and how long clips are, as far as that is given; what a model has of it, the model says. */
export function checkParts(run: { readonly guidanceInterval?: unknown; readonly numFrames?: unknown }): void {
  const { guidanceInterval: interval, numFrames } = run
  if (numFrames !== undefined) checkWhole('numFrames', numFrames, 1)
  if (interval === undefined) return
  const [low, high] = isNumbers(interval) && interval.length === 2 ? [interval[0]!, interval[1]!] : [1, 0]
  if (low >= 0 && low <= high && high <= 1) return
  throw invalidArgument(
    'guidanceInterval',
    `${shown(interval)} is not the lowest and highest sigma; pass two numbers from 0 to 1`,
  )
}
