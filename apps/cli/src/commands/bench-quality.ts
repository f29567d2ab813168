import { nodeBackend } from '@fastflow/backend-node'
import type { QualityDocument } from '@fastflow/bench'
import { runQuality, summarizeQuality } from '@fastflow/bench'
import { invalidArgument } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { loadClip, type Clip as Scorer } from '@fastflow/proxies'
import { qualityTable } from '@fastflow/report'
import { casesOf } from '../cases.ts'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { type RunOptions, runSettingsOf } from '../run-options.ts'
import { fullRunOf, type ModelOptions, withPipeline } from '../session.ts'

export interface BenchQualityOptions extends ModelOptions, RunOptions {
  readonly nfe: readonly number[]
  readonly samples: number
  readonly seed: number
  /** File of what to generate, and of the right answers. */
  readonly cases?: string
  /** Folder of a CLIP-like scorer. */
  readonly scorer?: string
  readonly json?: boolean
}

/** @throws FastFlowError `invalid-argument` for options of `--quality` without it, and for those of the other bench with it. */
export function checkQualityOptions(options: Readonly<Record<string, unknown>>): void {
  const [owned, other] = [['scorer'], ['report', 'checkpoint']]
  const wrong = (options.quality ? other! : owned!).find((name) => options[name] !== undefined)
  if (wrong !== undefined)
    throw invalidArgument(`--${wrong}`, `${options.quality ? 'does not go' : 'goes'} with --quality`)
  if (options.cases !== undefined && (options.guard || options.coverage))
    throw invalidArgument(
      '--cases',
      "does not go with --guard and --coverage; they take the model's own subjects",
    )
}

/**
 * What acceleration costs in the figures of the task: Frechet distance and score of pictures, distance of edits to the
 * true ones, consistency and motion of clips, contrast of all; full run against the model's plans.
 */
export async function benchQualityCommand(io: Io, options: BenchQualityOptions): Promise<void> {
  await withScorer(io, options.scorer, (scorer) =>
    withPipeline(io, options, async (pipe) => {
      const document = await measure(io, pipe, options, scorer)
      io.out(options.json ? JSON.stringify(document, null, 2) : qualityTable(document))
    }),
  )
}

async function measure(
  io: Io,
  pipe: Pipeline,
  options: BenchQualityOptions,
  scorer: Scorer | undefined,
): Promise<QualityDocument> {
  const { samples, seed, nfe: budgets } = options
  const flow = { ...fullRunOf(pipe, options), ...runSettingsOf(options) }
  // Before pictures are read and anything is generated, options that this model does not have are refused.
  pipe.planKey(flow)
  const cases = await casesOf(io, pipe, options.cases)
  const progress = createProgress(io, `bench ${pipe.model}`)
  try {
    const runs = await runQuality(pipe, {
      cases,
      budgets,
      samples,
      seed,
      flow,
      scorer,
      signal: io.signal,
      now: () => performance.now(),
      onSample: (done) => progress.update(done, samples, 'samples'),
      onNote: (note) => io.log(note),
    })
    return {
      version: 1,
      model: pipe.model,
      task: pipe.task,
      steps: flow.numSteps,
      guidanceScale: flow.guidanceScale,
      ...(flow.guidanceInterval && { guidanceInterval: flow.guidanceInterval }),
      ...(flow.numFrames !== undefined && { frames: flow.numFrames }),
      samples,
      seed,
      cases: options.cases ?? null,
      scorer: scorer ? { score: scorer.proxy.version, features: scorer.features.version } : null,
      rows: summarizeQuality(runs),
    }
  } finally {
    progress.end()
  }
}

async function withScorer(
  io: Io,
  name: string | undefined,
  use: (scorer: Scorer | undefined) => Promise<void>,
): Promise<void> {
  if (name === undefined) return use(undefined)
  const folder = await nodeBackend().open(pathAt(io, name, '--scorer'))
  const scorer = await loadClip(folder, { signal: io.signal })
  try {
    await use(scorer)
  } finally {
    await scorer.dispose()
  }
}
