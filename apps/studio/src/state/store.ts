/** State of the page in one place: replaced in parts, never changed in place. */
export interface Store<State> {
  readonly state: State
  set(patch: Partial<State>): void
  /** Calls `react` now and whenever what `select` picks is another value. */
  watch<Value>(select: (state: State) => Value, react: (value: Value) => void): void
}

export function createStore<State extends object>(initial: State): Store<State> {
  let state = initial
  const watchers: (() => void)[] = []
  return {
    get state() {
      return state
    },
    set(patch) {
      state = { ...state, ...patch }
      for (const watcher of watchers) watcher()
    },
    watch(select, react) {
      let last = select(state)
      watchers.push(() => {
        const next = select(state)
        if (Object.is(next, last)) return
        last = next
        react(next)
      })
      react(last)
    },
  }
}
