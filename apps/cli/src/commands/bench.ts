import { type BenchLog, type BenchTerms, fittedTerms, noLog, takingTurns } from '@fastflow/bench'
import { type Pipeline, planDigest } from '@fastflow/pipelines'
import { benchTable, type ModelSection, renderReport } from '@fastflow/report'
import { openBenchLog } from '../bench-log.ts'
import { casesOf, digestOf } from '../cases.ts'
import { pathAt, prepareFile } from '../files.ts'
import type { Io } from '../io.ts'
import { readPlanFile } from '../policy-file.ts'
import { writeResult } from '../rescue.ts'
import { type RunOptions, runSettingsOf, turnSettingsOf } from '../run-options.ts'
import { measureSection } from '../section/section.ts'
import { fullRunOf, type ModelOptions, withPipeline } from '../session.ts'

export interface BenchCommandOptions extends ModelOptions, RunOptions {
  readonly nfe: readonly number[]
  readonly samples: number
  readonly seed: number
  readonly generations: number
  /** File of the plans that are measured; false for none, left out for those calibrated here. */
  readonly plans?: string | false
  /** Measure, with plans, what plans could be at best on these noises. */
  readonly oracle: boolean
  /** Other tools' methods too, tuned on four noises or as many as said; 0 leaves them out. */
  readonly peers?: boolean
  readonly tune?: number
  readonly json?: boolean
  readonly report?: string
  /** File of what to generate instead of the model's own subjects. */
  readonly cases?: string
  /** File that finished parts are kept in until the bench is done. */
  readonly checkpoint?: string
  /** The command line, for the report. */
  readonly command: string
  /** Whether the command line has an option. */
  readonly typed: (name: string) => boolean
}

/** What ten minutes decide, by the options that say it instead. */
const OPEN = { nfe: 'budgets', generations: 'paperGenerations', oracle: 'oracle', plans: 'plans' } as const

/** Measures one model, as a section of a report. */
async function benchModel(io: Io, options: BenchCommandOptions): Promise<ModelSection> {
  return withPipeline(io, options, async (pipe) => {
    const { threads, checkpoint } = options
    const given = options.plans && (await readPlanFile(pathAt(io, options.plans, '--plans'), '--plans'))
    const subjects = await casesOf(io, pipe, options.cases)
    const most = { ...termsOf(pipe, options), ...(given && { plans: given.document }) }
    const [run, trajectories] = [turnSettingsOf(options), options.report !== undefined]
    const open = Object.entries(OPEN).flatMap(([name, term]) => (options.typed(name) ? [] : [term]))
    const limits = { open, ms: 600_000, now: () => performance.now(), signal: io.signal }
    const said = options.typed('samples') || checkpoint !== undefined
    const terms = said ? most : await fittedTerms(takingTurns(pipe, subjects, run), most, limits)
    if (!said) io.log(`--samples ${terms.samples} --nfe ${terms.budgets}: what ten minutes are enough for`)
    const shown = options.cases === undefined ? {} : { cases: digestOf(subjects) }
    const model = planDigest(pipe.planKey(runSettingsOf(options)))
    const log =
      checkpoint === undefined ? noLog : await openLog(io, model, { ...terms, ...shown }, checkpoint)
    return measureSection(io, pipe, { terms, run, subjects, threads, trajectories, log })
  })
}

function termsOf(pipe: Pipeline, options: BenchCommandOptions): BenchTerms {
  return {
    ...fullRunOf(pipe, options),
    budgets: options.nfe,
    samples: options.samples,
    seed: options.seed,
    paperGenerations: options.generations,
    plans: options.plans === false ? 'none' : 'calibrated',
    exact: true,
    controls: 'all',
    oracle: options.oracle,
    tuningSamples: options.tune ?? (options.peers ? 4 : 0),
  }
}

async function openLog(io: Io, model: string, terms: BenchTerms, file: string): Promise<BenchLog> {
  const path = pathAt(io, file, '--checkpoint')
  const log = await openBenchLog(path, { model, ...terms }, (note) => io.log(note))
  if (log.damaged > 0) io.log(`${path}: ${log.damaged} damaged lines are passed over`)
  if (log.found > 0) io.log(`going on from ${path}: ${log.found} parts are done`)
  return log
}

/** Every method at every budget on the same noise, as JSON or as a table, and as an HTML report. */
export async function benchCommand(io: Io, options: BenchCommandOptions): Promise<void> {
  const report = options.report === undefined ? undefined : pathAt(io, options.report, '--report')
  if (report) await prepareFile(io, report, '--report')
  const section = await benchModel(io, options)
  // First what cannot fail: the figures must not be lost to a report that cannot be written.
  io.out(options.json ? JSON.stringify(section.bench, null, 2) : benchTable(section.bench))
  if (report) {
    const [title, created] = [`FastFlow bench: ${section.model}`, new Date().toISOString()]
    const page = renderReport({ title, created, command: options.command, sections: [section] })
    await writeResult(io, report, page, '--report')
    io.log(`report: ${report}`)
  }
}
