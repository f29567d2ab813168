import type { CatalogModel } from '../engine/catalog.ts'
import { EngineError } from '../engine/client.ts'
import type { ModelAbout } from '../engine/protocol.ts'
import type { Desk } from './desk.ts'
import { budgetsOf, nearestBudget } from './plan.ts'

/** Evaluations that pictures start with: where plans are hard to tell from the full run. */
const FIRST_BUDGET = 12

/** Loads a model in place of the one before, and takes up its own settings. */
export async function loadModel(desk: Desk, model: CatalogModel): Promise<void> {
  const { store } = desk
  const signal = desk.exchange()
  store.set({
    model,
    about: undefined,
    knowledge: undefined,
    making: undefined,
    result: undefined,
    error: undefined,
    notes: [],
    loading: { status: 'loading', loaded: 0 },
  })
  const files = new Map<string, number>()
  try {
    const about = await desk.ask(
      'load',
      model,
      { files: model.files, perceptual: store.state.perceptual! },
      {
        signal,
        onReport(report) {
          if (report.status === 'notice') return store.set({ notes: [...store.state.notes, report.message] })
          const { file, loaded } = report
          if (loaded === undefined) return
          files.set(file, loaded)
          const sum = [...files.values()].reduce((total, bytes) => total + bytes, 0)
          store.set({ loading: { status: 'loading', loaded: sum } })
        },
      },
    )
    if (!signal.aborted) await welcome(desk, model, about, signal)
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof EngineError) store.set({ loading: { status: 'failed', error } })
    desk.fail(error)
  }
}

async function welcome(
  desk: Desk,
  model: CatalogModel,
  about: ModelAbout,
  signal: AbortSignal,
): Promise<void> {
  const { store } = desk
  const { numSteps, guidanceScale } = about.defaults
  const { prompt, label } = store.state.settings
  const ofThisModel = about.prompts.includes(prompt) || model.task === 'text-to-image'
  desk.change({
    numSteps,
    guidanceScale,
    guidedFrom: 0,
    guidedTo: 1,
    label: about.labels.includes(label) ? label : (about.labels[0] ?? ''),
    prompt: prompt !== '' && ofThisModel ? prompt : (about.prompts[0] ?? ''),
  })
  store.set({ about })
  await desk.refresh()
  if (signal.aborted) return
  const { knowledge } = store.state
  desk.change({ nfe: nearestBudget(budgetsOf(knowledge, numSteps), FIRST_BUDGET) })
  store.set({ loading: { status: 'ready' }, announcement: `${model.title} is ready.` })
}
