import type { CatalogModel } from '../engine/catalog.ts'
import { EngineError } from '../engine/client.ts'
import type { ModelAbout } from '../engine/protocol.ts'
import type { Desk } from './desk.ts'
import { budgetsOf, nearestBudget } from './plan.ts'
import type { Settings } from './settings.ts'
import type { Result } from './state.ts'

/** Evaluations that pictures start with: where plans are hard to tell from the full run. */
const FIRST_BUDGET = 12

/** Loads a model in place of the one before, and takes up its own settings. */
export async function loadModel(
  desk: Desk,
  model: CatalogModel,
  settings: Partial<Settings> = {},
): Promise<void> {
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
      { files: model.files, perceptual: store.state.perceptual!, runtime: store.state.runtime },
      {
        signal,
        onReport({ file, loaded }) {
          if (loaded === undefined) return
          files.set(file, loaded)
          const sum = [...files.values()].reduce((total, bytes) => total + bytes, 0)
          store.set({ loading: { status: 'loading', loaded: sum } })
        },
      },
    )
    if (!signal.aborted) await welcome(desk, model, about, settings, signal)
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
  wanted: Partial<Settings>,
  signal: AbortSignal,
): Promise<void> {
  const { store } = desk
  const { numSteps, guidanceScale } = about.defaults
  const { prompts } = store.state
  const label = wanted.label ?? store.state.settings.label
  desk.change({
    numSteps,
    guidanceScale,
    guidedFrom: 0,
    guidedTo: 1,
    prompt: prompts[model.task] ?? about.prompts[0] ?? '',
    ...wanted,
    label: about.labels.includes(label) ? label : (about.labels[0] ?? ''),
  })
  store.set({ about })
  await desk.refresh()
  if (signal.aborted) return
  const { knowledge } = store.state
  const budgets = budgetsOf(knowledge, store.state.settings.numSteps)
  desk.change({ nfe: nearestBudget(budgets, wanted.nfe ?? FIRST_BUDGET) })
  const last = store.state.history.find(({ result }) => result.request.model.name === model.name)
  store.set({
    loading: { status: 'ready' },
    announcement: `${model.title} is ready.`,
    // What was made with it last is there again.
    result: last?.result,
    source: store.state.source ?? last?.result.request.source,
  })
}

/** Goes on with what was made before: its settings, its picture to edit and its model. */
export async function open(desk: Desk, result: Result): Promise<void> {
  const { store } = desk
  const { model, settings, source } = result.request
  const here = store.state.models.find(({ name }) => name === model.name)
  if (here === undefined) return store.set({ making: undefined, result })
  if (here !== store.state.model || store.state.loading.status !== 'ready')
    await loadModel(desk, here, settings)
  if (store.state.model !== here || store.state.about === undefined) return
  desk.change(settings)
  store.set({ result, error: undefined, ...(source && { source }) })
  await desk.refresh().catch(desk.fail)
}
