import type { State } from './state/state.ts'
import type { Store } from './state/store.ts'

/** Starts the service worker, and tells it which runtime to keep once that is known. Without one, the page needs the network. */
export function keepForOffline(store: Store<State>): void {
  const workers = navigator.serviceWorker
  workers?.register('sw.js').catch(() => {})
  store.watch(
    ({ about }) => about?.runtime.kind,
    (kind) => {
      if (kind) workers?.ready.then(({ active }) => active?.postMessage(kind))
    },
  )
}
