import { dirname, resolve } from 'node:path'
import type { Task } from '@fastflow/pipelines'
import { runBench } from '../bench/run.ts'
import { benchTable } from '../bench/table.ts'
import { subjectsOf, takingTurns } from '../bench/turns.ts'
import { prepareFolder, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { comparisonOf } from '../report/comparison.ts'
import type { Comparison, ModelSection } from '../report/document.ts'
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
  /** Noises other tools' methods are tuned on; 0 leaves them out. */
  readonly tune: number
  readonly json?: boolean
  readonly report?: string
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
    const comparisons: Comparison[] = []
    const shown = shownMethods(options.nfe)
    try {
      const { document, learning } = await runBench(takingTurns(pipe, await subjectsOf(pipe)), {
        numSteps: options.steps ?? pipe.defaults.numSteps,
        guidanceScale: options.guidance ?? pipe.defaults.guidanceScale,
        budgets: options.nfe,
        samples: options.samples,
        seed: options.seed,
        paperGenerations: options.generations,
        plans: options.plans,
        tuningSamples: options.tune,
        threads: options.threads,
        signal: io.signal,
        onProgress: (done, total, detail) => progress.update(done, total, detail),
        onSample: async (sample) => {
          if (sample.index < SHOWN_SAMPLES) comparisons.push(await comparisonOf(sample, shown))
        },
      })
      const description = `${descriptions[pipe.task]}, guidance ${document.guidanceScale}, ${document.steps}-step Euler baseline.`
      return { model: pipe.model, description, bench: document, comparisons, learning }
    } finally {
      progress.end()
    }
  })
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
