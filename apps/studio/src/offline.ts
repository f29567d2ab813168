import type { State } from './state/state.ts'
import type { Store } from './state/store.ts'

/**
 * Starts the service worker, tells it which runtime to keep once that is known, and notes when all is kept. Without one,
 * the page needs the network.
 */
export function keepForOffline(store: Store<State>): void {
  const workers = navigator.serviceWorker
  workers?.register('sw.js').catch(() => {})
  store.watch(
    ({ about }) => about?.runtime.kind,
    (kind) => {
      if (kind) workers?.ready.then(({ active }) => active && askToKeep(active, kind)).then(worksOffline)
    },
  )

  function worksOffline(kept: boolean | null): void {
    if (kept) store.set({ offline: true })
  }
}

/** @returns whether the runtime is kept, which all else is before the service worker is active. */
function askToKeep(worker: ServiceWorker, kind: string): Promise<boolean> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === true)
    worker.postMessage(kind, [port2])
  })
}
