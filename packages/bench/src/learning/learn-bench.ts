import { invalidArgument } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import type { Metric, QualityTable } from '@fastflow/pipelines'
import { type Coverage, coverageOf } from './coverage.ts'
import { type Curve, learningCurves } from './curves.ts'
import { type DriftResult, driftOf } from './drift.ts'

export interface LearnBenchSettings {
  /** Score that rewards and the alarm are measured against. Default LPIPS 0.05, PSNR 30 dB. */
  readonly limit?: number
  /** Targets whose coverage is measured. Default LPIPS 0.02, 0.05 and 0.1, PSNR 40, 35 and 30 dB. */
  readonly limits?: readonly number[]
  /** Of the targets, between 0 and 1. */
  readonly confidence: number
  /** Requests a replay. */
  readonly generations: number
  readonly repeats: number
  /** Landings of another model under the plan {@link watchedArm}, for the alarm. */
  readonly swapped?: readonly (readonly number[])[] | undefined
}

/** How policies learn, how targets are kept and how the alarm does. */
export interface LearnBench {
  readonly limit: number
  readonly runs: number
  readonly curves: readonly Curve[]
  readonly coverage: readonly Coverage[]
  readonly drift: DriftResult
}

const COVERAGE_REPEATS = 10
const COVERAGE_SAMPLES = 64
const UNCHANGED = 500

const DEFAULTS = {
  lpips: { limit: 0.05, limits: [0.02, 0.05, 0.1] },
  psnr: { limit: 30, limits: [40, 35, 30] },
} as const satisfies Record<Metric, { limit: number; limits: readonly number[] }>

/** Index of the plan whose landings the alarm watches: the first of 10 evaluations or more. */
export function watchedArm({ nfe }: Pick<QualityTable, 'nfe'>): number {
  return Math.max(
    0,
    nfe.findIndex((evaluations) => evaluations >= 10),
  )
}

/**
 * Learning curves, coverage of quality targets and the alarm, replayed over runs that were measured once.
 *
 * Cost: no evaluations.
 *
 * @param pace lets the event loop turn meanwhile.
 * @throws FastFlowError `invalid-argument` for a table of less than two runs.
 */
export async function runLearnBench(
  table: QualityTable,
  settings: LearnBenchSettings,
  pace: Pace,
): Promise<LearnBench> {
  const { metric } = table
  const { limit = DEFAULTS[metric].limit, limits = DEFAULTS[metric].limits } = settings
  const { confidence, generations, repeats, swapped } = settings
  const runs = table.runs.length
  if (runs < 2)
    throw invalidArgument('runs', `${runs} cannot be split into known and fresh ones; measure 2 or more`)
  const goal = { metric, limit, confidence }
  const coverage = { limits, confidence, repeats: COVERAGE_REPEATS, samples: COVERAGE_SAMPLES }
  return {
    limit,
    runs,
    curves: await learningCurves(table, goal, { generations, repeats }, pace),
    coverage: await coverageOf(table, coverage, pace),
    drift: await driftOf(table, goal, watchedArm(table), swapped, { repeats, unchanged: UNCHANGED }, pace),
  }
}
