import {
  checkFunction,
  checkMethods,
  checkNumber,
  checkOptions,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import type { Pipeline } from '@fastflow/pipelines'
import { checkRun } from '../check/run.ts'
import { checkList, checkPipeline } from '../check/values.ts'
import { checkTerms } from '../run/check-settings.ts'
import { expectedCost } from '../run/expected.ts'
import type { BenchTerms } from '../run/settings.ts'
import { sumOf } from '../source/tally.ts'

/** How much a demo does with one model. */
type Effort = Pick<BenchTerms, 'samples' | 'paperGenerations' | 'plans' | 'exact' | 'controls' | 'budgets'>

const all = { plans: 'calibrated', exact: true, controls: 'all', budgets: [10, 15, 19] } as const
const own = {
  plans: 'own',
  exact: false,
  controls: 'all',
  budgets: [10, 15, 19],
  paperGenerations: 0,
} as const
const few = { ...own, controls: 'ab2', budgets: [10, 15] } as const
const least = { ...own, controls: 'none', budgets: [15] } as const

/**
 * From most to least: with everything learned and calibrated here; with the model's own plan beside what needs no
 * learning; with little more than before and after.
 */
const EFFORTS: readonly Effort[] = [
  { ...all, samples: 10, paperGenerations: 100 },
  { ...all, samples: 6, paperGenerations: 40 },
  { ...own, samples: 10 },
  { ...own, samples: 6 },
  { ...few, samples: 6 },
  { ...few, samples: 4 },
  { ...few, samples: 2 },
  { ...least, samples: 2 },
  { ...least, samples: 1 },
]

/** What the user allows at most. */
export interface DemoLimits {
  readonly samples: number
  readonly generations: number
}

const names: OptionNames<DemoLimits> = { samples: true, generations: true }

/** The most that `ms` milliseconds are enough for, or else the least there is. @throws FastFlowError `invalid-argument`. */
export function effortFor(
  pipe: Pick<Pipeline, 'defaults'>,
  ms: number,
  msPerEvaluation: number,
  limits: DemoLimits,
): BenchTerms {
  checkDefaults(pipe)
  checkNumber('ms', ms, -Infinity)
  checkNumber('msPerEvaluation', msPerEvaluation, 0)
  checkOptions('limits', limits, names)
  checkWhole('samples', limits.samples, 1)
  checkWhole('generations', limits.generations, 0)
  const terms = EFFORTS.map((effort) => termsOf(pipe, effort, limits))
  return terms.find((one) => msOf(one, msPerEvaluation) <= ms) ?? terms.at(-1)!
}

/** How long the least there is takes, in milliseconds. @throws FastFlowError `invalid-argument`. */
export function leastMs(pipe: Pick<Pipeline, 'defaults'>, msPerEvaluation: number): number {
  checkDefaults(pipe)
  checkNumber('msPerEvaluation', msPerEvaluation, 0)
  return msOf(termsOf(pipe, EFFORTS.at(-1)!, { samples: 1, generations: 0 }), msPerEvaluation)
}

/**
 * Shares of `ms` milliseconds: each the least it needs, and the rest, where there is any, in equal parts.
 *
 * @param least of those still to come, in their order.
 * @returns the share of the first.
 * @throws FastFlowError `invalid-argument`.
 */
export function shareOf(ms: number, least: readonly number[]): number {
  checkNumber('ms', ms, -Infinity)
  for (const one of checkList('least', least, 'milliseconds')) checkNumber('least', one, 0)
  const rest = ms - least.reduce((sum, one) => sum + one, 0)
  return least[0]! + Math.max(0, rest) / least.length
}

/** About how long a bench on these terms takes, in milliseconds. @throws FastFlowError `invalid-argument` naming the term. */
export function expectedMs(terms: BenchTerms, msPerEvaluation: number): number {
  checkTerms(terms)
  checkNumber('msPerEvaluation', msPerEvaluation, 0)
  return msOf(terms, msPerEvaluation)
}

function msOf(terms: BenchTerms, msPerEvaluation: number): number {
  return sumOf(expectedCost(terms)) * msPerEvaluation
}

function checkDefaults(pipe: Pick<Pipeline, 'defaults'>): void {
  checkPipeline(pipe, [])
  const { numSteps, guidanceScale } = checkMethods('pipe.defaults', pipe.defaults, [], 'those of a pipeline')
  checkRun({ numSteps, guidanceScale })
}

function termsOf(
  pipe: Pick<Pipeline, 'defaults'>,
  effort: Effort,
  { samples, generations }: DemoLimits,
): BenchTerms {
  return {
    ...effort,
    samples: Math.min(effort.samples, samples),
    paperGenerations: Math.min(effort.paperGenerations, generations),
    ...pipe.defaults,
    seed: 0,
    oracle: false,
    tuningSamples: 0,
  }
}

/** Steps of the run that is timed. */
const TIMED_STEPS = 4

/**
 * Milliseconds of one evaluation, a share of encoding and decoding included. Cost: 6 evaluations.
 *
 * @param generate runs so many steps in full.
 * @param clock milliseconds of a monotonic clock.
 * @throws FastFlowError `invalid-argument`, and whatever generating throws.
 */
export async function timeEvaluation(
  generate: (numSteps: number) => Promise<unknown>,
  clock: () => number,
): Promise<number> {
  checkFunction('generate', generate, '(numSteps) => ...')
  checkFunction('clock', clock, '() => performance.now()')
  await generate(2)
  const began = clock()
  await generate(TIMED_STEPS)
  return (clock() - began) / TIMED_STEPS
}
