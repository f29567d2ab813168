/**
 * Calls `then` once `seconds` have gone by, never for Infinity. What had arrived by then is looked at first: after a
 * long calculation on this thread its timers come before the answers that waited, too.
 *
 * @returns how to call it off.
 */
export function after(seconds: number, then: () => void): () => void {
  if (seconds === Infinity) return () => {}
  let last: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    last = setImmediate(then)
  }, 1000 * seconds)
  return () => {
    clearTimeout(timer)
    clearImmediate(last)
  }
}
