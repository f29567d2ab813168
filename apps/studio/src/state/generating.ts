import type { Accelerate } from '@fastflow/pipelines'
import type { StepReport, Take } from '../engine/protocol.ts'
import { decibels, evaluations, fixed, jumpWords, percent } from '../words.ts'
import type { Desk } from './desk.ts'
import { budgetsOf } from './plan.ts'
import { requestOf, resultKey, subjectOf } from './request.ts'
import type { Result, State } from './state.ts'

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
    const whole = fast.stats.nfe === fast.stats.steps
    put(desk, { fast, ...(whole && !started.full && { full: fast }) })
    store.set({ notes: [...store.state.notes, ...fast.notes, ...qualityNotes(fast)] })
    if (compare && !store.state.result?.full)
      await fullRun(desk, signal, ({ index, numSteps }) =>
        progress(portion + ((1 - portion) * index) / numSteps, `Full run, step ${index} of ${numSteps}`),
      )
    await desk.refresh()
    desk.announce(`Done: ${evaluations(fast.stats)}.`)
  })
}

/** The same picture with every planned budget. */
export function compareBudgets(desk: Desk): Promise<void> {
  const { store } = desk
  return desk.busy('comparing', 'Comparing budgets', async (signal, progress) => {
    const { numSteps } = store.state.settings
    const planned = budgetsOf(store.state.knowledge, numSteps).filter((budget) => budget < numSteps)
    if (!store.state.result?.full)
      await fullRun(desk, signal, ({ index }) => progress(index / numSteps / 2, 'The full run first'))
    for (const [n, nfe] of planned.entries()) {
      if (store.state.result?.others.some(({ stats }) => stats.nfe === nfe)) continue
      const made = await take(desk, { method: 'plan', nfe }, 'fast', signal, ({ index }) =>
        progress((n + index / numSteps) / planned.length, `${nfe} evaluations`),
      )
      put(desk, { others: [...(store.state.result?.others ?? []), made] })
    }
    desk.announce('All budgets compared.')
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
  put(desk, { full: await take(desk, 'off', 'full', signal, onStep) })
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

/** A new result; what the one before had of the same full run is kept. */
function startResult(state: State): Result {
  const { settings, source, about, result: before } = state
  const key = resultKey(state)
  const same = before?.key === key ? before : undefined
  return {
    model: about!.name,
    subject: subjectOf(state),
    source: about!.task === 'image-editing' ? source : undefined,
    settings,
    key,
    fast: undefined,
    full: same?.full,
    others: same?.others ?? [],
  }
}

function put({ store }: Desk, patch: Partial<Result>): void {
  const { result } = store.state
  if (result) store.set({ result: { ...result, ...patch } })
}
