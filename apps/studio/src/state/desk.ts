import type { CatalogModel } from '../engine/catalog.ts'
import { type CallOptions, type Engine, EngineError } from '../engine/client.ts'
import type { CommandName, Commands, Knowledge } from '../engine/protocol.ts'
import type { Settings } from './settings.ts'
import { runSettingsOf } from './settings.ts'
import type { Activity, State } from './state.ts'
import type { Store } from './store.ts'

export type Progress = (done: number, words: string) => void

/** What all actions share: the state, the engine, and one job at a time that can be stopped. */
export interface Desk {
  readonly store: Store<State>
  /** Asks the engine something of a model. */
  ask<Name extends CommandName>(
    name: Name,
    model: CatalogModel,
    input: Commands[Name]['input'],
    options?: CallOptions<Name>,
  ): Promise<Commands[Name]['result']>
  change(patch: Partial<Settings>): void
  /** Puts what went wrong into the state, in words; being stopped is nothing wrong. */
  fail(error: unknown): void
  announce(words: string): void
  /** Runs `work` unless something runs already; what it throws becomes a message. */
  busy(
    kind: Activity['kind'],
    words: string,
    work: (signal: AbortSignal, progress: Progress) => Promise<void>,
  ): Promise<void>
  /** Asks the engine what is known for the present settings. */
  refresh(): Promise<void>
  /** Shows what is known of a model and settings, if these are still the present ones. */
  know(model: CatalogModel, settings: Settings, knowledge: Knowledge): void
  stop(): void
  /** Stops what runs and what loads, for another model. @returns the signal that stops loading that one. */
  exchange(): AbortSignal
}

export function createDesk(store: Store<State>, engine: Engine): Desk {
  let controller: AbortController | undefined
  let load: AbortController | undefined
  const desk: Desk = {
    store,
    ask: (name, { location }, input, options) => engine.call(name, location, input, options),
    change(patch) {
      const { settings, prompts, model } = store.state
      const kept = model && patch.prompt !== undefined ? { [model.task]: patch.prompt } : {}
      store.set({ settings: { ...settings, ...patch }, prompts: { ...prompts, ...kept } })
    },
    fail(error) {
      if (error instanceof EngineError && error.code === 'aborted') return desk.announce('Stopped.')
      const shown =
        error instanceof EngineError
          ? error
          : new EngineError({ code: 'unexpected', field: '', message: String(error) })
      store.set({ error: shown, announcement: '' })
    },
    announce: (announcement) => store.set({ announcement }),
    async busy(kind, words, work) {
      if (store.state.activity || store.state.loading.status !== 'ready') return
      controller = new AbortController()
      const { signal } = controller
      store.set({ activity: { kind, done: 0, words }, error: undefined, notes: [], announcement: '' })
      try {
        await work(signal, (done, words) => store.set({ activity: { kind, done, words } }))
      } catch (error) {
        desk.fail(error)
      } finally {
        controller = undefined
        store.set({ activity: undefined, step: undefined })
      }
    },
    async refresh() {
      const { model, about, settings, loading } = store.state
      // While another model is loaded, and when it was lost, nothing is known.
      if (model === undefined || about === undefined || loading.status === 'failed') return
      desk.know(model, settings, await desk.ask('know', model, runSettingsOf(settings)))
    },
    know(model, settings, knowledge) {
      const { state } = store
      const same = JSON.stringify(runSettingsOf(settings)) === JSON.stringify(runSettingsOf(state.settings))
      if (model !== state.model || !same) return
      // What is the same stays the same object, so that nothing is drawn again.
      if (JSON.stringify(knowledge) !== JSON.stringify(state.knowledge)) store.set({ knowledge })
    },
    stop: () => controller?.abort(),
    exchange() {
      controller?.abort()
      load?.abort()
      load = new AbortController()
      return load.signal
    },
  }
  return desk
}
