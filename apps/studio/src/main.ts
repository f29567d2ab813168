import './style/index.css'
import { app } from './app.ts'
import { readCatalog } from './engine/catalog.ts'
import { EngineError, startEngine } from './engine/client.ts'
import { keepForOffline } from './offline.ts'
import { createActions } from './state/actions.ts'
import { readSettings, writeSettings } from './state/remember.ts'
import { initialState } from './state/state.ts'
import { createStore } from './state/store.ts'
import { watchTab } from './state/watch-tab.ts'
import { applyTheme, readTheme } from './theme.ts'

applyTheme(readTheme())
const store = createStore({ ...initialState, settings: { ...initialState.settings, ...readSettings() } })
const actions = createActions(store, startEngine())
document.body.append(app(store, actions))
store.watch(({ settings }) => settings, writeSettings)
watchTab(store)
if (import.meta.env.PROD) keepForOffline(store)

try {
  const { models, perceptual } = await readCatalog()
  store.set({ models, perceptual })
  if (models[0]) await actions.pick(models[0])
} catch (cause) {
  const message = `models.json, the list of models, cannot be read (${cause}); build the app again, or reload the page`
  actions.fail(new EngineError({ code: 'model-not-found', field: 'models.json', message }))
}
