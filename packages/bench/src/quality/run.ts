import type { AbortSignalLike, RgbImage } from '@fastflow/core'
import {
  checkCallback,
  checkFunction,
  checkMethods,
  checkOptions,
  checkSignal,
  type OptionNames,
  throwIfAborted,
} from '@fastflow/core/backend'
import type { GenerateOptions, Pipeline, RunSettings } from '@fastflow/pipelines'
import type { Clip as Scorer } from '@fastflow/proxies'
import { checkSamples } from '../check/run.ts'
import { checkEvaluations, checkList, checkPipeline } from '../check/values.ts'
import type { Case } from './case.ts'
import { type CaseScores, scoreCase } from './score.ts'

export interface QualitySettings {
  readonly cases: readonly Case[]
  readonly budgets: readonly number[]
  readonly samples: number
  readonly seed: number
  /** Steps, guidance, frames. */
  readonly flow: RunSettings
  readonly scorer: Scorer | undefined
  readonly signal: AbortSignalLike
  /** Milliseconds of a monotonic clock, e.g. `() => now()`. */
  readonly now: () => number
  readonly onSample?: (done: number) => void
  /** A remark of the pipeline's, once. */
  readonly onNote?: (note: string) => void
}

const names: OptionNames<QualitySettings> = {
  cases: true,
  budgets: true,
  samples: true,
  seed: true,
  flow: true,
  scorer: true,
  signal: true,
  now: true,
  onSample: true,
  onNote: true,
}

/** One method on one sample. */
export interface QualityMeasurement {
  readonly nfe: number
  readonly passes: number
  readonly modelMs: number
  readonly wallMs: number
  readonly scores: CaseScores
}

/** All samples of one method, in order. */
export interface QualityRuns {
  readonly method: string
  readonly measurements: QualityMeasurement[]
}

/**
 * Generates every sample with the full run and with the plan of every budget, as a user gets them: the model's own plan.
 * Methods take turns on each sample, in an order that rotates, so that a machine that slows down meets all alike.
 *
 * Cost: `samples (T + sum of budgets)` evaluations.
 *
 * @throws FastFlowError `invalid-argument` naming the setting, `aborted`, and as the pipeline does.
 */
export async function runQuality(pipe: Pipeline, settings: QualitySettings): Promise<readonly QualityRuns[]> {
  checkPipeline(pipe, ['generate'])
  checkSettings(settings)
  const runs: QualityRuns[] = [
    { method: 'full', measurements: [] },
    ...settings.budgets.map((nfe) => ({ method: `plan-${nfe}`, measurements: [] })),
  ]
  const said = new Set<string>()
  for (let index = 0; index < settings.samples; index++) {
    const one = settings.cases[index % settings.cases.length]!
    const made = new Array<Made>(runs.length)
    for (let turn = 0; turn < runs.length; turn++) {
      const at = (turn + index) % runs.length
      made[at] = await make(pipe, one, settings, index, at === 0 ? undefined : settings.budgets[at - 1]!)
      for (const note of made[at].notes.filter((text) => !said.has(text))) {
        said.add(note)
        settings.onNote?.(note)
      }
    }
    for (const [at, { frames, notes, ...cost }] of made.entries()) {
      const scores = await scoreCase(pipe.task, one, frames, made[0]!.frames, settings)
      runs[at]!.measurements.push({ ...cost, scores })
    }
    settings.onSample?.(index + 1)
  }
  return runs
}

function checkSettings(settings: QualitySettings): void {
  checkOptions('settings', settings, names)
  const { cases, budgets, flow, scorer, signal, now, onSample, onNote } = settings
  for (const one of checkList('cases', cases, 'cases')) checkMethods('cases', one, [], '{ subject }')
  checkEvaluations('budgets', budgets)
  checkSamples(settings)
  checkMethods('flow', flow, [], 'the settings of the runs, such as { numSteps }')
  if (scorer !== undefined) checkMethods('scorer', scorer, ['similarity'], 'what loadClip returned')
  checkSignal(signal)
  checkFunction('now', now, '() => performance.now()')
  checkCallback('onSample', onSample, '(done) => ...')
  checkCallback('onNote', onNote, '(note) => ...')
}

interface Made extends Omit<QualityMeasurement, 'scores'> {
  readonly frames: readonly RgbImage[]
  readonly notes: readonly string[]
}

async function make(
  pipe: Pipeline,
  { subject, image }: Case,
  { flow, seed, signal, now }: QualitySettings,
  index: number,
  nfe: number | undefined,
): Promise<Made> {
  throwIfAborted(signal, 'bench')
  const accelerate: GenerateOptions['accelerate'] = nfe === undefined ? 'off' : { method: 'plan', nfe }
  const began = now()
  const { items, notes } = await pipe.generate(subject, {
    ...flow,
    ...(image && { image }),
    seed: seed + index,
    accelerate,
    signal,
  })
  const wallMs = now() - began
  const { stats, clip, image: still } = items[0]!
  const { nfe: made, passes, modelMs } = stats
  return { nfe: made, passes, modelMs, wallMs, frames: clip?.frames ?? [still], notes }
}
