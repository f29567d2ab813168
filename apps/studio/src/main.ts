import './style/index.css'
import { app } from './app.ts'
import { readCatalog } from './engine/catalog.ts'
import { EngineError, startEngine } from './engine/client.ts'
import { historyDatabase } from './history/database.ts'
import { keepHistory } from './history/history.ts'
import { keepForOffline } from './offline.ts'
import { createActions } from './state/actions.ts'
import { openFirst } from './state/opening.ts'
import { recall, remember } from './state/remember.ts'
import { initialState } from './state/state.ts'
import { createStore } from './state/store.ts'
import { watchTab } from './state/watch-tab.ts'
import { applyTheme, readTheme } from './theme.ts'

applyTheme(readTheme())
const before = recall()
const store = createStore({
  ...initialState,
  settings: { ...initialState.settings, ...before.settings },
  prompts: before.prompts,
  runtime: before.runtime,
})
const actions = createActions(store, startEngine({ onNotice: note, onLost: (error) => actions.lose(error) }))
document.body.append(app(store, actions))
watchTab(store)
if (import.meta.env.PROD) keepForOffline(store)

try {
  const [{ models, perceptual }] = await Promise.all([
    readCatalog(),
    keepHistory(store, historyDatabase('fastflow-studio')),
  ])
  store.set({ models, perceptual })
  await openFirst(store, actions, before)
  for (const part of ['settings', 'prompts', 'model', 'runtime'] as const)
    store.watch(
      (state) => state[part],
      () => remember(store.state),
    )
} catch (cause) {
  const message = `models.json, the list of models, cannot be read (${cause}); build the app again, or reload the page`
  actions.fail(new EngineError({ code: 'model-not-found', field: 'models.json', message }))
}

function note(message: string): void {
  const { notes } = store.state
  if (!notes.includes(message)) store.set({ notes: [...notes, message] })
}
