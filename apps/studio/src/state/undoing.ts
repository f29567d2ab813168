import type { Desk } from './desk.ts'

/** Takes back what was removed last. */
export function undo(desk: Desk): Promise<void> {
  const { store, ask } = desk
  return desk.busy('planning', 'Taking it back', async () => {
    const { undo, model, history } = store.state
    if (undo === undefined) return
    if ('history' in undo) store.set({ history: [...history, ...undo.history] })
    else await ask('restore', model!, undo.documents)
    store.set({ undo: undefined })
    await desk.refresh()
    desk.announce('It is as it was before.')
  })
}

/** Forgets what was made on this device. */
export function clearHistory({ store, announce }: Desk): void {
  store.set({
    history: [],
    undo: { words: 'What was made before is forgotten.', history: store.state.history },
  })
  announce('What was made before is forgotten.')
}
