import { compareGuards, coverageOf, noLog, recordPool, subjectsOf, takingTurns } from '@fastflow/bench'
import { planDigest } from '@fastflow/pipelines'
import { coverageTable, guardTable } from '@fastflow/report'
import { openBenchLog } from '../bench-log.ts'
import { pathAt } from '../files.ts'
import { type Io, paceOf } from '../io.ts'
import { createProgress } from '../progress.ts'
import { runSettingsOf, turnSettingsOf } from '../run-options.ts'
import { fullRunOf, withPipeline } from '../session.ts'
import type { BenchCommandOptions } from './bench.ts'

export type BenchPoolOptions = Pick<
  BenchCommandOptions,
  'model' | 'threads' | 'samples' | 'seed' | 'steps' | 'guidance' | 'frames' | 'json' | 'checkpoint'
> & {
  /** Per-sample guards against static plans of equal mean cost. */
  readonly guard?: boolean
  /** How often plans chosen for a quality reach it. */
  readonly coverage?: boolean
}

/** Each subject comes up so often at least, so that guards can learn what a subject is like. */
const LEAST_TURNS = 4

/** Qualities asked for, dB and share of images. */
const TARGETS = [30, 35, 40].flatMap((psnr) => [0.9, 0.95].map((confidence) => ({ psnr, confidence })))

/** What the plans that `accelerate: 'plan'` follows do on a pool of noises, each run once: what they promise, and guards. */
export async function benchPoolCommand(io: Io, options: BenchPoolOptions): Promise<void> {
  await withPipeline(io, options, async (pipe) => {
    const progress = createProgress(io, `bench ${pipe.model}`)
    const all = await subjectsOf(pipe)
    const subjects = Math.max(1, Math.min(all.length, Math.floor(options.samples / LEAST_TURNS)))
    const { samples, seed } = options
    const terms = { samples, seed, ...fullRunOf(pipe, options), subjects }
    const model = planDigest(pipe.planKey(runSettingsOf(options)))
    const log =
      options.checkpoint !== undefined
        ? await openBenchLog(
            pathAt(io, options.checkpoint, '--checkpoint'),
            { pool: true, model, ...terms },
            (note) => io.log(note),
          )
        : noLog
    try {
      const { numFrames: _, guidanceInterval: __, ...shared } = terms
      const pool = await recordPool(takingTurns(pipe, all, turnSettingsOf(options)), {
        ...shared,
        signal: io.signal,
        log,
        onProgress: (done, total, detail) => progress.update(done, total, detail),
      })
      const guards = options.guard ? await compareGuards(pool, subjects, paceOf(io, 'bench')) : undefined
      const coverage = options.coverage
        ? TARGETS.map(({ psnr, confidence }) => coverageOf(pool, psnr, confidence))
        : undefined
      await log.remove()
      const tables = [guards && guardTable(guards), coverage && coverageTable(coverage)]
      const document = { version: 1, model: pipe.model, ...terms, guards, coverage }
      io.out(
        options.json
          ? JSON.stringify(document, null, 2)
          : tables.flatMap((table) => table ?? []).join('\n\n'),
      )
    } finally {
      progress.end()
    }
  })
}
