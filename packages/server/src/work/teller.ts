/** Tells how far something is while it goes on. */
export interface Teller<State> {
  /** Returns at once: a step waits for no message. Of states that come while one is on its way the last is told. */
  tell(state: State): void
  /** Once nothing is on its way. */
  told(): Promise<void>
}

/** What cannot be told costs nothing: the next state says more. */
export function createTeller<State>(send: (state: State) => Promise<void>): Teller<State> {
  let next: State | undefined
  let sending: Promise<void> | undefined
  const run = async (): Promise<void> => {
    while (next !== undefined) {
      const state = next
      next = undefined
      await send(state).catch(() => {})
    }
    sending = undefined
  }
  return {
    tell(state) {
      next = state
      sending ??= run()
    },
    told: () => sending ?? Promise.resolve(),
  }
}
