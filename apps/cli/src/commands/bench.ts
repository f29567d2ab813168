import { dirname, resolve } from 'node:path'
import { type Pipeline, planDigest, type Task } from '@fastflow/pipelines'
import { type BenchLog, noLog, openBenchLog } from '../bench/log.ts'
import { type BenchSettings, runBench } from '../bench/run.ts'
import { benchTable } from '../bench/table.ts'
import { subjectsOf, takingTurns } from '../bench/turns.ts'
import { prepareFolder, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { comparisonOf } from '../report/comparison.ts'
import type { ModelSection } from '../report/document.ts'
import { renderReport } from '../report/report.ts'
import { type ModelOptions, withPipeline } from '../session.ts'

export interface BenchCommandOptions extends ModelOptions {
  readonly nfe: readonly number[]
  readonly samples: number
  readonly seed: number
  readonly steps?: number
  readonly guidance?: number
  readonly generations: number
  /** Measure the planner's plans too. */
  readonly plans: boolean
  /** Measure, with plans, what plans could be at best on these noises. */
  readonly oracle: boolean
  /** Noises other tools' methods are tuned on; 0 leaves them out. */
  readonly tune: number
  readonly json?: boolean
  readonly report?: string
  /** File that finished parts are kept in until the bench is done. */
  readonly checkpoint?: string
  /** The command line, for the report. */
  readonly command: string
}

/** Samples whose images the report shows: one a class. */
const SHOWN_SAMPLES = 10

const descriptions = {
  'class-to-image': 'Class-conditional images',
  'text-to-image': 'Images of prompts',
  'image-editing': 'Pictures edited as prompts say',
  'text-to-video': 'Clips of prompts',
} as const satisfies Record<Task, string>

/** Measures one model, as a section of a report. */
export async function benchModel(io: Io, options: BenchCommandOptions): Promise<ModelSection> {
  return withPipeline(io, options, async (pipe) => {
    const progress = createProgress(io, `bench ${pipe.model}`)
    const shown = shownMethods(options.nfe)
    const settings = settingsOf(pipe, options)
    const log =
      options.checkpoint === undefined ? noLog : await openLog(io, pipe, settings, options.checkpoint)
    try {
      const { document, learning, comparisons } = await runBench(takingTurns(pipe, await subjectsOf(pipe)), {
        ...settings,
        threads: options.threads,
        signal: io.signal,
        log,
        onProgress: (done, total, detail) => progress.update(done, total, detail),
        compare: async (sample) => (sample.index < SHOWN_SAMPLES ? comparisonOf(sample, shown) : undefined),
      })
      await log.remove()
      const description = `${descriptions[pipe.task]}, guidance ${document.guidanceScale}, ${document.steps}-step Euler baseline.`
      return { model: pipe.model, description, bench: document, comparisons, learning }
    } finally {
      progress.end()
    }
  })
}

/** What a bench has to share with an interrupted one in order to go on with it. */
type Terms = Omit<BenchSettings, 'threads' | 'signal' | 'log' | 'onProgress' | 'compare'>

function settingsOf(pipe: Pipeline, options: BenchCommandOptions): Terms {
  return {
    numSteps: options.steps ?? pipe.defaults.numSteps,
    guidanceScale: options.guidance ?? pipe.defaults.guidanceScale,
    budgets: options.nfe,
    samples: options.samples,
    seed: options.seed,
    paperGenerations: options.generations,
    plans: options.plans,
    oracle: options.oracle,
    tuningSamples: options.tune,
  }
}

async function openLog(io: Io, pipe: Pipeline, settings: Terms, file: string): Promise<BenchLog> {
  const { numSteps, guidanceScale } = settings
  const path = resolve(io.cwd, file)
  const model = planDigest(pipe.planKey({ numSteps, guidanceScale }))
  const log = await openBenchLog(path, { model, ...settings })
  if (log.found > 0) io.log(`going on from ${path}: ${log.found} parts are done`)
  return log
}

/** Every method at every budget on the same noise, as JSON or as a table, and as an HTML report. */
export async function benchCommand(io: Io, options: BenchCommandOptions): Promise<void> {
  const report = options.report && resolve(io.cwd, options.report)
  if (report) await prepareFolder(dirname(report))
  const section = await benchModel(io, options)
  if (report) {
    const title = `FastFlow bench: ${section.model}`
    await writeWhole(
      report,
      renderReport({
        title,
        created: new Date().toISOString(),
        command: options.command,
        sections: [section],
      }),
    )
    io.log(`report: ${report}`)
  }
  io.out(options.json ? JSON.stringify(section.bench, null, 2) : benchTable(section.bench))
}

/** Methods whose images the report shows: few enough to compare by eye, at the budgets nearest 10 and 15. */
function shownMethods(budgets: readonly number[]): readonly string[] {
  const nearest = (wanted: number): number =>
    budgets.reduce((best, nfe) => (Math.abs(nfe - wanted) < Math.abs(best - wanted) ? nfe : best))
  const chosen = [...new Set([nearest(10), nearest(15)])]
  return ['full', ...chosen.flatMap((nfe) => [`plan-${nfe}`, `ab2-${nfe}`, `uniform-${nfe}`]), 'paper']
}
