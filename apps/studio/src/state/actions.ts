import type { CatalogModel } from '../engine/catalog.ts'
import type { Engine, EngineError } from '../engine/client.ts'
import type { RuntimeChoice, Take } from '../engine/protocol.ts'
import { sourceChooser } from './choosing.ts'
import { compareBudgets } from './comparing.ts'
import { createDesk } from './desk.ts'
import { generate } from './generating.ts'
import { adopt, calibrate, forget, learn, measure } from './learning.ts'
import { loadModel, open } from './loading.ts'
import { change } from './result.ts'
import type { Settings, Source } from './settings.ts'
import type { Result, State } from './state.ts'
import type { Store } from './store.ts'
import { clearHistory, undo } from './undoing.ts'

/** Everything the user can have done. Nothing here throws: what goes wrong is put into the state, in words. */
export interface Actions {
  /** @param settings in place of those that the model begins with. */
  pick(model: CatalogModel, settings?: Partial<Settings>): Promise<void>
  /** Runs networks on something else: the model is loaded again, and goes on as it was set. */
  runOn(runtime: RuntimeChoice): Promise<void>
  change(patch: Partial<Settings>): void
  /** A picture to edit, from a file. */
  chooseSource(file: File): Promise<void>
  setSource(source: Source | undefined): void
  generate(): Promise<void>
  compareBudgets(): Promise<void>
  /** Puts one of the compared takes on the stage. */
  show(take: Take): void
  learn(generations: number, fresh: boolean): Promise<void>
  /** Cost: at most so many evaluations. */
  calibrate(evaluations: number): Promise<void>
  /** Measures the plan's pictures until there are so many runs; what was measured is kept when it is stopped. */
  measure(runs: number): Promise<void>
  adopt(document: unknown): Promise<void>
  forget(): Promise<void>
  /** Goes on with what was made before: its settings, and its model. */
  open(result: Result): Promise<void>
  clearHistory(): void
  /** Takes back what was removed last. */
  undo(): Promise<void>
  /** Stops what runs at the next step. */
  stop(): void
  fail(error: unknown): void
  /** The engine ended, and the model that was loaded with it. */
  lose(error: EngineError): void
  dismiss(): void
}

export function createActions(store: Store<State>, engine: Engine): Actions {
  const desk = createDesk(store, engine)
  const source = sourceChooser(desk)
  return {
    pick: (model, settings) => loadModel(desk, model, settings),
    async runOn(runtime) {
      store.set({ runtime })
      const { model, about, settings } = store.state
      if (model) await loadModel(desk, model, about && settings)
    },
    change(patch) {
      desk.change(patch)
      const matters = ['numSteps', 'guidanceScale', 'guidedFrom', 'guidedTo'].some((name) => name in patch)
      if (!matters || !store.state.about) return
      // What was wrong with other settings is no news any more.
      store.set({ error: undefined })
      desk.refresh().catch(desk.fail)
    },
    chooseSource: source.choose,
    setSource: source.set,
    generate: () => generate(desk),
    compareBudgets: () => compareBudgets(desk),
    show(fast) {
      const { result } = store.state
      if (result) change(desk, result.request, () => ({ fast }))
    },
    open: (result) => open(desk, result),
    clearHistory: () => clearHistory(desk),
    undo: () => undo(desk),
    learn: (generations, fresh) => learn(desk, generations, fresh),
    calibrate: (evaluations) => calibrate(desk, evaluations),
    measure: (runs) => measure(desk, runs),
    adopt: (document) => adopt(desk, document),
    forget: () => forget(desk),
    stop: desk.stop,
    fail: desk.fail,
    lose(error) {
      // A load that was under way fails by itself.
      if (store.state.loading.status !== 'ready') return
      store.set({ loading: { status: 'failed', error } })
      desk.fail(error)
    },
    dismiss: () => store.set({ error: undefined }),
  }
}
