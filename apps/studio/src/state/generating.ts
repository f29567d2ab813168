import { decibels, fixed, percent } from '@fastflow/report'
import type { StepReport, Take } from '../engine/protocol.ts'
import { evaluations, jumpWords } from '../words.ts'
import type { Desk } from './desk.ts'
import type { PictureRequest } from './picture-request.ts'
import { accelerationOf, optionsOf, requestOf } from './request.ts'
import { compareTakes, place, startResult } from './result.ts'

type OnStep = (report: StepReport) => void

/** The picture with the effort that is set, then the full run of the same seed, unless it is there already. */
export function generate(desk: Desk): Promise<void> {
  const { store } = desk
  return desk.busy('generating', 'Starting', async (signal, progress) => {
    const request = requestOf(store.state)!
    const { compare } = request.settings
    const started = startResult(request, store.state.result)
    store.set({ making: started })
    try {
      const both = compare && !started.full && accelerationOf(request.settings) !== 'off'
      const portion = both ? 0.25 : 1
      const fast = await take(desk, request, 'fast', signal, ({ index, numSteps, nfe, jump }) =>
        progress((portion * index) / numSteps, `Evaluation ${nfe}: ${jumpWords(jump)}`),
      )
      place(desk, request, fast, 'fast')
      store.set({ notes: [...store.state.notes, ...fast.notes, ...qualityNotes(fast)] })
      if (compare && !store.state.making?.full)
        await fullRun(desk, request, signal, ({ index, numSteps }) =>
          progress(portion + ((1 - portion) * index) / numSteps, `Full run, step ${index} of ${numSteps}`),
        )
      desk.announce(`Done: ${evaluations(fast.stats)}.`)
    } finally {
      finish(desk, request)
      compareTakes(desk, request)
      // What went wrong before says more than what goes wrong now.
      await desk.refresh().catch(() => {})
    }
  })
}

/** What was made is the result from now on; where nothing was, the one before stays. */
function finish({ store }: Desk, request: PictureRequest): void {
  const { making } = store.state
  if (making?.request.id !== request.id) return
  store.set({ making: undefined, ...(making.fast && { result: making }) })
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

async function fullRun(
  desk: Desk,
  request: PictureRequest,
  signal: AbortSignal,
  onStep: OnStep,
): Promise<void> {
  place(desk, request, await take(desk, request, 'full', signal, onStep), 'full')
}

/** One generation, whose steps are shown on `side` of the stage. */
async function take(
  { store, ask }: Desk,
  request: PictureRequest,
  side: 'fast' | 'full',
  signal: AbortSignal,
  onStep: OnStep,
): Promise<Take> {
  const accelerate = side === 'full' ? 'off' : accelerationOf(request.settings)
  const input = { subject: request.subject, options: optionsOf(request), accelerate }
  const onReport = (report: StepReport): void => {
    store.set({ step: { side, report } })
    onStep(report)
  }
  const made = await ask('generate', request.model, input, { signal, onReport })
  store.set({ step: undefined })
  return made
}
