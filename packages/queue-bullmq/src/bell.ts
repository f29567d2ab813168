import type { AbortSignalHeard } from '@fastflow/core'

/** Wakes those who wait for a job. */
export interface Bell {
  /** How often it rang. */
  readonly rings: number
  ring(): void
  /** Until it has rung more often than `rings`, the signal is aborted, or `ms` are over. */
  wait(rings: number, ms: number, signal: AbortSignalHeard): Promise<void>
}

export function createBell(): Bell {
  const sleepers = new Set<() => void>()
  let rings = 0
  return {
    get rings() {
      return rings
    },
    ring() {
      rings++
      for (const wake of [...sleepers]) wake()
    },
    wait(before, ms, signal) {
      if (rings !== before || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          sleepers.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        sleepers.add(wake)
        signal.addEventListener('abort', wake)
      })
    },
  }
}
