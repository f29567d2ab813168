import { type DriftResult, fixedNfeFor, type LearnBench, runLearnBench, watchedArm } from '@fastflow/bench'
import type { Metric, QualityTable } from '@fastflow/pipelines'
import { textTable } from '@fastflow/report'
import { type Io, paceOf } from '../io.ts'
import type { ModelOptions, RunOptions } from '../session.ts'
import { measureModel } from './measure.ts'
import { swappedLandings } from './swapped.ts'

export interface LearnBenchOptions extends ModelOptions, RunOptions {
  readonly metric: Metric
  readonly weights?: string
  readonly runs: number
  readonly cache?: string
  readonly cases?: string
  /** What rewards and the alarm are measured against. */
  readonly limit?: number
  readonly confidence: number
  readonly generations: number
  readonly repeats: number
  /** Model folder of the same shapes with other weights, for the alarm. */
  readonly swapped?: string
  readonly json?: boolean
}

/** Requests to the other model. */
const SWAPPED = 20

/** Learning curves, coverage of quality targets and the alarm, replayed over runs that are measured once. */
export async function learnBenchCommand(io: Io, options: LearnBenchOptions): Promise<void> {
  const { table } = await measureModel(io, options)
  const { swapped: other, model, metric, confidence, generations, repeats } = options
  const swapped =
    other === undefined ? undefined : await swappedLandings(io, options, other, watchedArm(table), SWAPPED)
  const settings = { limit: options.limit, confidence, generations, repeats, swapped }
  const result = await runLearnBench(table, settings, paceOf(io, 'learn-bench'))
  const { limit, ...rest } = result
  const document = { model, metric, proxy: table.proxy.version, limit, ...rest }
  io.out(options.json ? JSON.stringify(document, null, 2) : describe(model, result, table))
}

function describe(
  model: string,
  { limit, runs, curves, coverage, drift }: LearnBench,
  { metric, proxy, numSteps }: QualityTable,
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
    `${model}: ${proxy.version}, limit ${limit}, ${runs} measured runs, ${numSteps} steps`,
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
