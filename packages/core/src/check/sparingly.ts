/** Milliseconds between two reports: a screen shows more than anybody reads. */
const INTERVAL = 100

/**
 * The same report, at most ten times a second: calls in between are passed over.
 *
 * @param always tells of what has to be heard in any case, such as the end.
 * @param now milliseconds of a clock.
 */
export function sparingly<Report>(
  report: (report: Report) => unknown,
  always: (report: Report) => boolean,
  now: () => number = Date.now,
): (report: Report) => void {
  let last = Number.NEGATIVE_INFINITY
  return (what) => {
    const time = now()
    // A clock that was set back must not silence it.
    if (Math.abs(time - last) < INTERVAL && !always(what)) return
    last = time
    report(what)
  }
}
