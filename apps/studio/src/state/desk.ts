import { type Engine, EngineError } from '../engine/client.ts'
import type { Activity, Settings, State } from './state.ts'
import { runSettingsOf } from './state.ts'
import type { Store } from './store.ts'

export type Progress = (done: number, words: string) => void

/** What all actions share: the state, the engine, and one job at a time that can be stopped. */
export interface Desk {
  readonly store: Store<State>
  readonly engine: Engine
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
  stop(): void
}

export function createDesk(store: Store<State>, engine: Engine): Desk {
  let controller: AbortController | undefined
  const desk: Desk = {
    store,
    engine,
    change: (patch) => store.set({ settings: { ...store.state.settings, ...patch } }),
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
      store.set({ activity: { kind, done: 0, words }, error: undefined, notes: [], announcement: '' })
      try {
        await work(controller.signal, (done, words) => store.set({ activity: { kind, done, words } }))
      } catch (error) {
        desk.fail(error)
      } finally {
        controller = undefined
        store.set({ activity: undefined, step: undefined })
      }
    },
    async refresh() {
      const knowledge = await engine.call('know', runSettingsOf(store.state.settings))
      // What is the same stays the same object, so that nothing is drawn again.
      if (JSON.stringify(knowledge) !== JSON.stringify(store.state.knowledge)) store.set({ knowledge })
    },
    stop: () => controller?.abort(),
  }
  return desk
}
