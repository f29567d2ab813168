export interface IdleTimer {
  stop(): void
  restart(): void
}

/** Calls `then` once `seconds` have gone by since the last `restart`; never for Infinity, and it keeps no process alive. */
export function createIdleTimer(seconds: number, then: () => void): IdleTimer {
  let timer: NodeJS.Timeout | undefined
  const stop = (): void => clearTimeout(timer)
  return {
    stop,
    restart() {
      stop()
      if (seconds !== Infinity) timer = setTimeout(then, 1000 * seconds).unref()
    },
  }
}
