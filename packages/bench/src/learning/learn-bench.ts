import { invalidArgument } from '@fastflow/core'
import {
  checkMethods,
  checkNumber,
  checkNumbers,
  checkOptions,
  checkShare,
  checkWhole,
  type OptionNames,
  type Pace,
} from '@fastflow/core/backend'
import type { Metric, QualityTable } from '@fastflow/pipelines'
import { checkEvaluations, checkList, checkPace } from '../check/values.ts'
import { checkTable } from './check-table.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import { type Curve, learningCurves } from './curves.ts'
import { type DriftResult, driftOf } from './drift.ts'

export interface LearnBenchSettings {
  /** Score that rewards and the alarm are measured against. Default LPIPS 0.05, PSNR 30 dB. */
  readonly limit?: number | undefined
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

const names: OptionNames<LearnBenchSettings> = {
  limit: true,
  limits: true,
  confidence: true,
  generations: true,
  repeats: true,
  swapped: true,
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

/**
 * Index of the plan whose landings the alarm watches: the first of 10 evaluations or more, or else the first.
 *
 * @throws FastFlowError `invalid-argument` for a table without plans.
 */
export function watchedArm(table: Pick<QualityTable, 'nfe'>): number {
  const { nfe } = checkMethods('table', table, [], 'what measureQuality returned') as typeof table
  checkEvaluations('table.nfe', nfe)
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
 * @throws FastFlowError `invalid-argument` naming the setting or the part of the table, also for a table of less than two runs.
 */
export async function runLearnBench(
  table: QualityTable,
  settings: LearnBenchSettings,
  pace: Pace,
): Promise<LearnBench> {
  checkTable(table)
  checkSettings(settings)
  checkPace(pace)
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

function checkSettings(settings: LearnBenchSettings): void {
  checkOptions('settings', settings, names)
  const { limit, limits, confidence, generations, repeats, swapped } = settings
  if (limit !== undefined) checkNumber('limit', limit, 0)
  if (limits !== undefined)
    for (const one of checkList('limits', limits, 'scores')) checkNumber('limits', one, 0)
  checkShare('confidence', confidence)
  checkWhole('generations', generations, 1)
  checkWhole('repeats', repeats, 1)
  if (swapped === undefined) return
  for (const landings of checkList('swapped', swapped, 'landings a run'))
    checkNumbers('swapped', landings, 'logarithms of mismatches')
}
