/** Requests that begin in one turn of the event loop. */
const A_TURN = 2

/**
 * Lets requests that come all at once begin a few a turn of the event loop, in their order: what runs beside them, steps of networks
 * and answers of others, does not wait until all have been read.
 *
 * @returns what a request waits for before it begins.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = []
  const next = (): void => {
    for (const begin of waiting.splice(0, A_TURN)) begin()
    if (waiting.length > 0) setImmediate(next)
  }
  return () =>
    new Promise((begin) => {
      if (waiting.push(begin) === 1) setImmediate(next)
    })
}
