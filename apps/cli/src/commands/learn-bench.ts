import {
  type Coverage,
  type Curve,
  type DriftResult,
  driftOf,
  fixedNfeFor,
  learningCurves,
  targetCoverageOf,
} from '@fastflow/bench'
import { invalidArgument } from '@fastflow/core'
import type { Metric, QualityTable } from '@fastflow/pipelines'
import { type Io, paceOf } from '../io.ts'
import { landingsOf } from '../learning/landings.ts'
import type { ModelOptions, RunOptions } from '../session.ts'
import { textTable } from '../tables/text-table.ts'
import { measureModel } from './measure.ts'

export interface LearnBenchOptions extends ModelOptions, RunOptions {
  readonly metric: Metric
  readonly weights?: string
  readonly runs: number
  readonly cache?: string
  readonly cases?: string
  /** What rewards and the alarm are measured against. */
  readonly limit?: number
  readonly limits?: readonly number[]
  readonly confidence: number
  readonly generations: number
  readonly repeats: number
  /** Model folder of the same shapes with other weights, for the alarm. */
  readonly swapped?: string
  readonly json?: boolean
}

interface LearnBench {
  readonly model: string
  readonly metric: Metric
  readonly proxy: string
  readonly limit: number
  readonly runs: number
  readonly curves: readonly Curve[]
  readonly coverage: readonly Coverage[]
  readonly drift: DriftResult
}

const COVERAGE_REPEATS = 10
const COVERAGE_SAMPLES = 64
const UNCHANGED = 500
const SWAPPED = 20

const DEFAULTS = {
  lpips: { limit: 0.05, limits: [0.02, 0.05, 0.1] },
  psnr: { limit: 30, limits: [40, 35, 30] },
} as const satisfies Record<Metric, { limit: number; limits: readonly number[] }>

/** Learning curves, coverage of quality targets and the alarm, replayed over runs that are measured once. */
export async function learnBenchCommand(io: Io, options: LearnBenchOptions): Promise<void> {
  const { table } = await measureModel(io, options)
  const { metric, confidence, generations, repeats } = options
  const limit = options.limit ?? DEFAULTS[metric].limit
  const limits = options.limits ?? DEFAULTS[metric].limits
  const goal = { metric, limit, confidence }
  const arm = Math.max(
    0,
    table.nfe.findIndex((nfe) => nfe >= 10),
  )
  const swapped =
    options.swapped === undefined ? undefined : await landingsOf(io, options, options.swapped, arm, SWAPPED)
  if (table.runs.length < 2)
    throw invalidArgument(
      '--runs',
      `${table.runs.length} cannot be split into known and fresh ones; measure 2 or more`,
    )
  const pace = paceOf(io, 'learn-bench')
  const coverage = { limits, confidence, repeats: COVERAGE_REPEATS, samples: COVERAGE_SAMPLES }
  const result: LearnBench = {
    model: options.model,
    metric,
    proxy: table.proxy.version,
    limit,
    runs: table.runs.length,
    curves: await learningCurves(table, goal, { generations, repeats }, pace),
    coverage: await targetCoverageOf(table, coverage, pace),
    drift: await driftOf(table, goal, arm, swapped, { repeats, unchanged: UNCHANGED }, pace),
  }
  io.out(options.json ? JSON.stringify(result, null, 2) : describe(result, table))
}

function describe(
  { model, metric, proxy, limit, runs, curves, coverage, drift }: LearnBench,
  table: QualityTable,
): string {
  const plans = curves.filter(({ name }) => name.startsWith('always ')).map(({ final }) => final)
  const goal = { metric, limit, confidence: 0 }
  const rows = curves.map(({ name, rewards, nfe, regret, final, settled }) => {
    const equal = fixedNfeFor(final.p10, goal, plans)
    return [
      name,
      ...[rewards[0]!, rewards[1]!, final.reward].map((value) => value.toFixed(3)),
      String(settled),
      ...regret.map((value) => value.toFixed(1)),
      ...[nfe[0]!, final.nfe].map((value) => value.toFixed(1)),
      final.p10.toPrecision(3),
      equal?.toFixed(1) ?? '-',
    ]
  })
  const titles = [
    'policy',
    'reward 1-10',
    '11-20',
    'final',
    'settled',
    'regret 10',
    '50',
    'all',
    'NFE 1-10',
    'final',
    'worst tenth',
    'fixed NFE for it',
  ]
  return [
    `${model}: ${proxy}, limit ${limit}, ${runs} measured runs, ${table.numSteps} steps`,
    textTable(titles, rows, [0]),
    '',
    textTable(
      [`${metric} target`, 'certified', 'kept', 'share within', 'NFE', 'refused'],
      coverage.map((one) => [
        String(one.limit),
        `${one.served} of ${one.repeats}`,
        String(one.kept),
        one.share === null ? '-' : `${(one.share * 100).toFixed(1)} %`,
        one.nfe.toFixed(1),
        Object.entries(one.refusals)
          .map(([kind, count]) => `${kind} ${count}`)
          .join(', ') || '-',
      ]),
      [5],
    ),
    '',
    describeDrift(drift),
  ].join('\n')
}

function describeDrift({ nfe, repeats, unchanged, falseAlarms, swapped }: DriftResult): string {
  const calm = `drift, ${nfe} evaluations: ${falseAlarms} of ${repeats} repeats of ${unchanged} unchanged requests raised a false alarm`
  if (swapped === undefined) return calm
  const { found, mean, worst, requests } = swapped
  if (mean === null) return `${calm}; other weights were never found in ${requests} requests`
  return `${calm}; other weights were found in ${found}, after ${mean.toFixed(1)} requests on average, ${worst} at most`
}
