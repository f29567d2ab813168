import { availableParallelism } from 'node:os'
import { type BenchLog, type BenchTerms, noLog, runBench, type Subject, takingTurns } from '@fastflow/bench'
import type { Pipeline, RunSettings } from '@fastflow/pipelines'
import { type Comparison, describeBench, type ModelSection } from '@fastflow/report'
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
  readonly trajectories?: boolean
  readonly log?: BenchLog
}

/** Samples whose images the report shows, besides the worst: one a class. */
const SHOWN_SAMPLES = 10

/** Measures one model, as a section of a report. */
export async function measureSection(
  io: Io,
  pipe: Pipeline,
  { terms, run = {}, subjects, threads, trajectories = false, log = noLog }: SectionOptions,
): Promise<ModelSection> {
  const progress = createProgress(io, `bench ${pipe.model}`)
  try {
    const { document, learning, comparisons } = await runBench<Comparison>(takingTurns(pipe, subjects, run), {
      ...terms,
      environment: { node: process.version, threads: threads ?? availableParallelism() },
      signal: io.signal,
      now: () => performance.now(),
      watchLoop: withLoopLag,
      log,
      trajectories,
      shownSamples: SHOWN_SAMPLES,
      onProgress: progress.update,
      async compare(sample) {
        const { image } = subjects[sample.index % subjects.length]!
        const comparison = await comparisonOf(sample, terms.budgets)
        return image ? { ...comparison, source: await imageMedia(image) } : comparison
      },
    })
    await log.remove()
    const description = describeBench(document, { task: pipe.task, width: run.width, height: run.height })
    return { model: pipe.model, description, bench: document, comparisons, learning }
  } finally {
    progress.end()
  }
}
