import { runLearnBench, watchedArm } from '@fastflow/bench'
import type { Metric } from '@fastflow/pipelines'
import { learningTable } from '@fastflow/report'
import { type Io, paceOf } from '../io.ts'
import type { RunOptions } from '../run-options.ts'
import type { ModelOptions } from '../session.ts'
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
  io.out(options.json ? JSON.stringify(document, null, 2) : learningTable(result, { ...table, model }))
}
