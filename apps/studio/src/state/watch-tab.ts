import type { State } from './state.ts'
import type { Store } from './store.ts'

/** Says what being in the background did to a run: browsers slow hidden tabs down, and freeze them for hours. */
export function watchTab(store: Store<State>): void {
  let hiddenAt: number | undefined
  const update = (): void => {
    if (document.hidden) {
      if (store.state.activity) hiddenAt ??= Date.now()
      return
    }
    if (hiddenAt === undefined) return
    const seconds = Math.round((Date.now() - hiddenAt) / 1000)
    hiddenAt = undefined
    const going = store.state.activity ? 'it goes on now' : 'it is done'
    const note = `the tab was in the background for ${seconds} s while this was made, where browsers slow pages down or stop them: ${going}, and its time says little`
    store.set({ notes: [...store.state.notes, note], announcement: 'Back in the foreground.' })
  }
  document.addEventListener('visibilitychange', update)
}
