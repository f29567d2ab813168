import { emulate, invalidArgument, isRecord } from '@fastflow/core'
import {
  checkAsked,
  checkNumbers,
  checkOptions,
  checkWhole,
  isNumbers,
  type OptionNames,
} from '@fastflow/core/backend'
import { checkList } from './check-list.ts'
import { nextEvaluation, type Peer, unlearning } from './peer.ts'

export interface MeanCacheOptions {
  /** K: grid steps the average velocity is taken over, at least 1, usually 1 to 6. With 1 the velocity is reused. */
  readonly k: number
  /** Grid indices to evaluate; 0 is evaluated anyway. See {@link publishedMeanCacheSteps}, {@link intervalSteps}. */
  readonly steps: readonly number[]
}

const names: OptionNames<MeanCacheOptions> = { k: true, steps: true }

/** One grid step already decided: its length, and its velocity as weights of the evaluated ones, newest first. */
interface TakenStep {
  readonly h: number
  readonly velocity: readonly number[]
}

/** The last K grid steps, oldest first. */
export type MeanCacheState = readonly TakenStep[]

/**
 * MeanCache with a given schedule: a skipped step takes the last velocity corrected towards the average velocity of the
 * step, `v_hat = v_{i-1} - h_i J`, with `J = (v_{i-K} - u) / S`, u the average velocity of the last K grid steps,
 * evaluated or not, and S their length in sigma. On an even path J is minus half of dv/dsigma.
 *
 * Every skipped velocity is a combination of evaluated ones, so the policy keeps the weights and hands over their
 * sum for the whole jump. It keeps those of `k + 2` evaluations; what would be the weight of older ones, which dies
 * out geometrically, goes to the oldest kept. The original finds its schedule and a K for every jump offline for
 * each model ("peak-suppressed shortest path"); here both are given, K once.
 */
export function meanCache(options: MeanCacheOptions): Peer<MeanCacheState> {
  checkOptions('options', options, names)
  const k = checkWhole('k', options.k, 1)
  const evaluated = new Set(Array.from(checkNumbers('steps', options.steps, 'grid indices')))
  for (const step of evaluated) {
    if (!(Number.isInteger(step) && step >= 0))
      throw invalidArgument('steps', `${step} is not a grid index of at least 0`)
  }
  const depth = k + 2
  return {
    name: `meancache-${k}(${evaluated.size})`,
    source: 'Gao et al. 2026, MeanCache (arXiv 2601.19961); UnicomAI/MeanCache',
    extrapolator: emulate(1),
    policy: {
      ...unlearning,
      name: 'meancache',
      needs: [],
      depth,
      init: () => [],
      decide: (state, landing, context) => {
        checkAsked(landing, context)
        checkList('state', state, (step) => isTaken(step, depth))
        const { index, evaluations } = landing
        const { sigmas, numSteps } = context
        const stepAt = (i: number): number => sigmas[i + 1]! - sigmas[i]!
        const fresh = {
          h: stepAt(index),
          velocity: Array.from({ length: depth }, (_, a) => (a === 0 ? 1 : 0)),
        }
        const taken = [...state.map(age), fresh]
        const next = nextEvaluation(index, numSteps, (step) => {
          if (evaluated.has(step)) return true
          taken.push({ h: stepAt(step), velocity: averageVelocity(taken.slice(-k), stepAt(step)) })
          return false
        })
        const jump = taken.slice(index - next)
        const weights = fresh.velocity.map((_, a) =>
          jump.reduce((sum, { h, velocity }) => sum + h * velocity[a]!, 0),
        )
        return [{ landing: next, weights: weights.slice(0, Math.min(evaluations, depth)) }, taken.slice(-k)]
      },
    },
  }
}

function isTaken(step: unknown, depth: number): boolean {
  return isRecord(step) && isNumbers(step.velocity) && step.velocity.length === depth
}

/** A velocity is about to be evaluated: the others are one older then, and the oldest two become one. */
function age({ h, velocity }: TakenStep): TakenStep {
  const kept = [0, ...velocity.slice(0, -1)]
  kept[kept.length - 1]! += velocity.at(-1)!
  return { h, velocity: kept }
}

/** Weights of the velocity for a step of length `h` after the steps `last`. */
function averageVelocity(last: readonly TakenStep[], h: number): number[] {
  const span = last.reduce((sum, step) => sum + step.h, 0)
  return last[0]!.velocity.map((first, a) => {
    const mean = last.reduce((sum, step) => sum + step.h * step.velocity[a]!, 0) / span
    return last.at(-1)!.velocity[a]! - (h * (first - mean)) / span
  })
}

/** The schedules the authors publish for Qwen-Image: evaluated indices of 50 steps, by number of evaluations. */
export const publishedMeanCacheSteps: Readonly<Record<10 | 17 | 25, readonly number[]>> = {
  10: [0, 1, 3, 7, 14, 21, 28, 35, 42, 49],
  17: [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 17, 24, 31, 38, 45, 48, 49],
  25: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 32, 40, 43, 45, 47, 48, 49],
}

/** Finest grid; beyond it lies a slip of the keyboard. */
const MOST_STEPS = 10_000

/** Grid indices `0 ... warmup - 1` and then every `interval`-th: a schedule for {@link meanCache}. */
export function intervalSteps(numSteps: number, interval: number, warmup = 1): number[] {
  checkWhole('numSteps', numSteps, 1, MOST_STEPS)
  checkWhole('interval', interval, 1)
  checkWhole('warmup', warmup, 1)
  return Array.from({ length: numSteps }, (_, index) => index).filter(
    (index) => index < warmup || (index - warmup + 1) % interval === 0,
  )
}
