import type { Made, Result, State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import type { HistoryDatabase } from './database.ts'

/** Results that are kept; the oldest make way. */
const KEPT = 48

/**
 * Keeps every result of the page as soon as something was made of it, and again when it grows. A browser that keeps
 * nothing says so once; the results are there as long as the page is.
 */
export async function keepHistory(store: Store<State>, database: HistoryDatabase): Promise<void> {
  let told = false
  const failed = (error: unknown): void => {
    if (told) return
    told = true
    const note = `pictures are gone when this page is closed, the browser keeps none (${error})`
    store.set({ notes: [...store.state.notes, note] })
  }
  const before = await database.read().catch((error) => {
    failed(error)
    return [] as readonly Made[]
  })
  let written = before
  store.set({ history: before })
  store.watch(
    ({ history }) => history,
    (history) => {
      for (const made of history) if (!written.includes(made)) database.write(made).catch(failed)
      const gone = written.filter(({ id }) => !history.some((made) => made.id === id))
      if (gone.length > 0) database.remove(gone.map(({ id }) => id)).catch(failed)
      written = history
    },
  )
  store.watch(
    ({ result, activity }) => (activity === undefined ? result : undefined),
    (result) => {
      if (result?.fast) store.set({ history: withResult(store.state.history, result, Date.now()) })
    },
  )
}

/** The history with a result in it, newest first. @param now ms since 1970. */
function withResult(history: readonly Made[], result: Result, now: number): readonly Made[] {
  const { id } = result.request
  const before = history.find((made) => made.id === id)
  if (before?.result === result) return history
  const made = { id, at: before?.at ?? now, result }
  if (before) return history.map((one) => (one === before ? made : one))
  return [made, ...history].slice(0, KEPT)
}
