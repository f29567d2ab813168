import { type CalibrationProgress, invalidArgument, planRecordings } from '@fastflow/core'
import { planDigest } from '@fastflow/pipelines'
import { defaultCache } from '../cache.ts'
import { fileAt, prepareOutput } from '../files.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { readRecordings } from '../read-recordings.ts'
import { writeResult } from '../rescue.ts'
import { runSettingsOf } from '../run-options.ts'
import { withPipeline } from '../session.ts'
import type { GivenCalibrateOptions } from './calibrate-options.ts'
import { report } from './calibrate-plan.ts'

/** Plans from runs that Diffusers recorded, at no evaluation: into a file, or where `generate` finds the plans of a model. */
export async function calibrateRecorded(io: Io, options: GivenCalibrateOptions): Promise<void> {
  const { model, out, nfe: budgets, recorded = [] } = options
  if (model === undefined && out === undefined)
    throw invalidArgument('--out', 'is missing; give a file, or --model for a plan that generate follows')
  const place = out === undefined ? undefined : await prepareOutput(io, out)
  const store = place ? undefined : defaultCache(io)
  if (place === undefined && store === undefined)
    throw invalidArgument(
      '--out',
      'is missing, and there is no cache folder; give a file, or set FASTFLOW_CACHE',
    )
  const progress = createProgress(io, `calibrate ${model ?? 'recorded runs'}`)
  try {
    const recordings = await readRecordings(io, recorded, (done) =>
      progress.update(done, recorded.length, 'read'),
    )
    const settings = {
      ...(budgets && { budgets }),
      signal: io.signal,
      onProgress: ({ stage, budget }: CalibrationProgress) =>
        progress.update(recorded.length, recorded.length, `${stage} ${budget ?? ''}`.trim()),
    }
    const frontier =
      model === undefined
        ? await planRecordings(recordings, settings)
        : await withPipeline(io, { ...options, model, ...(store !== undefined && { store }) }, (pipe) =>
            pipe.calibrate({
              ...runSettingsOf(options),
              ...settings,
              recorded: recordings.runs,
              onNote: (note) => io.log(note),
            }),
          )
    progress.end()
    const file = fileAt(
      place ?? { path: store!, isFolder: true },
      `${planDigest(frontier.document.key)}.json`,
    )
    if (place !== undefined) await writeResult(io, file, `${JSON.stringify(frontier)}\n`)
    report(io, options, { file, frontier, resumedAt: undefined })
  } finally {
    progress.end()
  }
}
