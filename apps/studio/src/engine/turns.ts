/** Runs share the loaded model; loading has it alone. */
export interface Turns {
  /** Starts when the loads before it have ended. */
  shared<Result>(work: () => Promise<Result>): Promise<Result>
  /** Starts when everything before it has ended; everything after it waits. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>
}

export function createTurns(): Turns {
  const sharing = new Set<Promise<unknown>>()
  let lastAlone: Promise<unknown> = Promise.resolve()
  return {
    shared(work) {
      const run = lastAlone.then(work)
      const ended = settled(run)
      sharing.add(ended)
      void ended.then(() => sharing.delete(ended))
      return run
    },
    alone(work) {
      const run = Promise.all([lastAlone, ...sharing]).then(work)
      lastAlone = settled(run)
      return run
    },
  }
}

function settled(run: Promise<unknown>): Promise<void> {
  return run.then(
    () => {},
    () => {},
  )
}
