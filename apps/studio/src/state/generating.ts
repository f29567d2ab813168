import { decibels, fixed, percent } from '@fastflow/report'
import type { StepReport, Take } from '../engine/protocol.ts'
import { evaluations, jumpWords } from '../words.ts'
import type { Desk, Progress } from './desk.ts'
import type { PictureRequest } from './picture-request.ts'
import { accelerationOf, requestOf } from './request.ts'
import { addCompared, compareTakes, place, plainOf, startResult } from './result.ts'
import { take, takePlain } from './taking.ts'

/**
 * The picture with the effort that is set, then the full run of the same seed and what its cost comes to without FastFlow,
 * unless they are there already.
 */
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
      const fast = await take(desk, request, accelerationOf(request.settings), {
        side: 'fast',
        signal,
        onStep: ({ index, numSteps, nfe, jump }) =>
          progress((portion * index) / numSteps, `Evaluation ${nfe}: ${jumpWords(jump)}`),
      })
      place(desk, request, fast, 'fast')
      store.set({ notes: [...store.state.notes, ...fast.notes, ...qualityNotes(fast)] })
      if (compare) await makeComparisons(desk, request, { signal, progress, portion })
      desk.announce(`Done: ${evaluations(fast.stats)}.`)
    } finally {
      finish(desk, request)
      compareTakes(desk, request)
      // What went wrong before says more than what goes wrong now.
      await desk.refresh().catch(() => {})
    }
  })
}

interface Comparing {
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Share of the work that is done. */
  readonly portion: number
}

/** What the picture is compared with, as far as it is not there yet. */
async function makeComparisons(
  desk: Desk,
  request: PictureRequest,
  { signal, progress, portion }: Comparing,
): Promise<void> {
  const { making } = desk.store.state
  if (!making?.fast) return
  const { nfe, steps } = making.fast.stats
  const plain = nfe < steps && !plainOf(making)
  const part = plain ? 1 - nfe / (nfe + steps) : 1
  const at = (share: number): number => portion + (1 - portion) * share
  if (!making.full) {
    const onStep = ({ index, numSteps }: StepReport): void =>
      progress(at((part * index) / numSteps), `Full run, step ${index} of ${numSteps}`)
    place(desk, request, await take(desk, request, 'off', { side: 'full', signal, onStep }), 'full')
  }
  if (!plain) return
  const onStep = ({ index, numSteps }: StepReport): void =>
    progress(at(part + ((1 - part) * index) / numSteps), `Without FastFlow, step ${index} of ${numSteps}`)
  const made = await takePlain(desk, request, nfe, { side: 'plain', signal, onStep })
  if (made) addCompared(desk, request, made)
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
