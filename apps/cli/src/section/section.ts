import { availableParallelism } from 'node:os'
import { type BenchLog, type BenchTerms, noLog, runBench, type Subject, takingTurns } from '@fastflow/bench'
import type { Pipeline, RunSettings, Task } from '@fastflow/pipelines'
import type { Comparison, ModelSection } from '@fastflow/report'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { withLoopLag } from '../session.ts'
import { comparisonOf } from './comparison.ts'
import { imageMedia } from './media.ts'

export interface SectionOptions {
  readonly terms: BenchTerms
  /** What every run has besides steps and guidance. */
  readonly run?: RunSettings
  readonly subjects: readonly Subject[]
  readonly threads: number | undefined
  readonly log?: BenchLog
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
export async function measureSection(
  io: Io,
  pipe: Pipeline,
  { terms, run = {}, subjects, threads, log = noLog }: SectionOptions,
): Promise<ModelSection> {
  const progress = createProgress(io, `bench ${pipe.model}`)
  const shown = shownMethods(terms.budgets)
  try {
    const { document, learning, comparisons } = await runBench<Comparison>(takingTurns(pipe, subjects, run), {
      ...terms,
      environment: { node: process.version, threads: threads ?? availableParallelism() },
      signal: io.signal,
      now: () => performance.now(),
      watchLoop: withLoopLag,
      log,
      onProgress: (done, total, detail) => progress.update(done, total, detail),
      async compare(sample) {
        if (sample.index >= SHOWN_SAMPLES) return undefined
        const { image } = subjects[sample.index % subjects.length]!
        const comparison = await comparisonOf(sample, shown)
        return image ? { ...comparison, source: await imageMedia(image) } : comparison
      },
    })
    await log.remove()
    const length = document.frames === undefined ? '' : `, ${document.frames} frames each`
    const size = run.width === undefined ? '' : ` of ${run.width} x ${run.height} pixels`
    const where = document.guidanceInterval ? ` at sigma ${document.guidanceInterval.join(' to ')}` : ''
    const description = `${descriptions[pipe.task]}${size}${length}, guidance ${document.guidanceScale}${where}, ${document.steps}-step Euler baseline.`
    return { model: pipe.model, description, bench: document, comparisons, learning }
  } finally {
    progress.end()
  }
}

/** Methods whose images the report shows: few enough to compare by eye, at the budgets nearest 10 and 15. */
function shownMethods(budgets: readonly number[]): readonly string[] {
  const nearest = (wanted: number): number =>
    budgets.reduce((best, nfe) => (Math.abs(nfe - wanted) < Math.abs(best - wanted) ? nfe : best))
  const chosen = [...new Set([nearest(10), nearest(15)])]
  return ['full', ...chosen.flatMap((nfe) => [`plan-${nfe}`, `ab2-${nfe}`, `uniform-${nfe}`]), 'paper']
}
