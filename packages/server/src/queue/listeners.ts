import type { JobEvent } from '@fastflow/core'

/** Who listens to which job of this process. */
export interface Listeners {
  add(id: string, listener: (event: JobEvent) => void): () => void
  tell(id: string, event: JobEvent): void
}

export function createListeners(): Listeners {
  const all = new Map<string, Set<(event: JobEvent) => void>>()
  return {
    add(id, listener) {
      const own = all.get(id) ?? new Set()
      all.set(id, own)
      own.add(listener)
      return () => {
        own.delete(listener)
        if (own.size === 0 && all.get(id) === own) all.delete(id)
      }
    },
    tell(id, event) {
      for (const listener of [...(all.get(id) ?? [])]) listener(event)
    },
  }
}
