import { promptsOf, summarizeTable, type TableSummary } from '@fastflow/bench'
import { leastRuns, type Metric, planDigest, type QualityTable, tableDigest } from '@fastflow/pipelines'
import { spreadTable } from '@fastflow/report'
import { readCases } from '../cases.ts'
import { fileAt, prepareOutput } from '../files.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { openProxy } from '../proxies/open-proxy.ts'
import { rescue, writeResult } from '../rescue.ts'
import { type RunOptions, runSettingsOf } from '../run-options.ts'
import { type ModelOptions, storeOf, withPipeline } from '../session.ts'

export interface MeasureCommandOptions extends ModelOptions, RunOptions {
  readonly metric: Metric
  readonly weights?: string
  readonly runs: number
  readonly cache?: string
  /** File of what the runs show instead of the model's own subjects. */
  readonly cases?: string
  readonly out?: string
  readonly json?: boolean
}

/** Measures a model's plans on noises no calibration has seen, for quality targets. */
export async function measureCommand(io: Io, options: MeasureCommandOptions): Promise<void> {
  const output = options.out === undefined ? undefined : await prepareOutput(io, options.out)
  const { table, file, isStored } = await measureModel(io, options)
  const summary = summarizeTable(table)
  io.out(options.json ? JSON.stringify(summary, null, 2) : describe(summary))
  const text = `${JSON.stringify(table)}\n`
  if (output !== undefined) {
    const path = fileAt(output, file)
    await writeResult(io, path, text)
    io.log(`table: ${path}`)
  } else if (!isStored) io.log(`the table is kept ${await rescue(io, file, text)}`)
}

/** The table of a model, measured as far as it is not yet, and the file name it is looked up by. */
export async function measureModel(
  io: Io,
  options: Omit<MeasureCommandOptions, 'out' | 'json'>,
): Promise<{ readonly table: QualityTable; readonly file: string; readonly isStored: boolean }> {
  const { metric, weights, runs } = options
  const { proxy, dispose } = await openProxy(io, metric, weights)
  try {
    return await withPipeline(io, { ...options, ...storeOf(io, options.cache) }, async (pipe) => {
      const cases = options.cases === undefined ? undefined : await readCases(io, pipe, options.cases)
      const progress = createProgress(io, `measure ${pipe.model}`)
      const settings = runSettingsOf(options)
      let isStored = true
      try {
        const onProgress = (done: number, total: number): void => progress.update(done, total, 'runs')
        const table = await pipe.measureQuality({
          ...settings,
          ...(cases && promptsOf(cases)),
          metric,
          proxy,
          runs,
          signal: io.signal,
          onProgress,
          onNote: (note) => {
            if (note.startsWith('what is measured cannot be stored')) isStored = false
            io.log(note)
          },
        })
        const file = `${tableDigest(planDigest(pipe.planKey(settings)), metric)}.json`
        return { table, file, isStored }
      } finally {
        progress.end()
      }
    })
  } finally {
    await dispose()
  }
}

function describe(summary: TableSummary): string {
  const most = Math.floor(summary.upTo * 1000) / 1000
  const usual = `a confidence of 0.95 takes ${leastRuns(0.95)} runs without a miss, 0.99 ${leastRuns(0.99)}`
  return `${spreadTable(summary)}\ncertified: a confidence of at most ${most} by these runs; ${usual}`
}
