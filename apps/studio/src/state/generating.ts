import type { Accelerate } from '@fastflow/pipelines'
import { decibels, fixed, percent } from '@fastflow/report'
import type { StepReport, Take } from '../engine/protocol.ts'
import { evaluations, jumpWords } from '../words.ts'
import type { Desk } from './desk.ts'
import { requestOf, subjectOf } from './request.ts'
import { compareTakes, place, startResult } from './result.ts'

type OnStep = (report: StepReport) => void

/** The picture with the effort that is set, then the full run of the same seed, unless it is there already. */
export function generate(desk: Desk): Promise<void> {
  const { store } = desk
  return desk.busy('generating', 'Starting', async (signal, progress) => {
    const { accelerate } = requestOf(store.state)
    const { compare } = store.state.settings
    const started = startResult(store.state)
    store.set({ result: started })
    const both = compare && !started.full && accelerate !== 'off'
    const portion = both ? 0.25 : 1
    const fast = await take(desk, accelerate, 'fast', signal, ({ index, numSteps, nfe, jump }) =>
      progress((portion * index) / numSteps, `Evaluation ${nfe}: ${jumpWords(jump)}`),
    )
    place(desk, fast, 'fast')
    store.set({ notes: [...store.state.notes, ...fast.notes, ...qualityNotes(fast)] })
    if (compare && !store.state.result?.full)
      await fullRun(desk, signal, ({ index, numSteps }) =>
        progress(portion + ((1 - portion) * index) / numSteps, `Full run, step ${index} of ${numSteps}`),
      )
    compareTakes(desk)
    await desk.refresh()
    desk.announce(`Done: ${evaluations(fast.stats)}.`)
  })
}

/** Where a quality was asked for: what is known of pictures made like this one. */
function qualityNotes({ stats: { quality } }: Take): readonly string[] {
  if (quality?.bound === undefined || quality.n === 0) return []
  const { metric, limit, confidence, estimate, bound, n, misses } = quality
  const value = (score = 0): string => (metric === 'psnr' ? decibels(score) : fixed(score, 3))
  const asked = `${metric === 'psnr' ? `${limit} dB` : `LPIPS ${limit}`} in ${percent(confidence)} of pictures`
  return [
    `${asked}: pictures like this one come to ${value(estimate)} on average, ${percent(confidence)} of them to ${value(bound)} or better; ${misses} of ${n} measured missed`,
  ]
}

async function fullRun(desk: Desk, signal: AbortSignal, onStep: OnStep): Promise<void> {
  place(desk, await take(desk, 'off', 'full', signal, onStep), 'full')
}

/** One generation, whose steps are shown on `side` of the stage. */
async function take(
  { store, engine }: Desk,
  accelerate: Accelerate,
  side: 'fast' | 'full',
  signal: AbortSignal,
  onStep: OnStep,
): Promise<Take> {
  const input = { subject: subjectOf(store.state), options: requestOf(store.state).options, accelerate }
  const onReport = (report: StepReport): void => {
    store.set({ step: { side, report } })
    onStep(report)
  }
  const made = await engine.call('generate', input, { signal, onReport })
  store.set({ step: undefined })
  return made
}
