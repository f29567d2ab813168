import type { Take } from '../engine/protocol.ts'
import type { Desk } from './desk.ts'
import { measured } from './measured.ts'
import type { PictureRequest } from './picture-request.ts'
import type { Result, State } from './state.ts'

/** A new result; what the one before had of the same full run is kept. */
export function startResult(request: PictureRequest, before: Result | undefined): Result {
  const same = before?.request.key === request.key ? before : undefined
  return {
    request,
    fast: undefined,
    full: same?.full,
    others: same?.others ?? [],
    bench: same?.bench,
  }
}

/** What is shown: the picture being made, else the last one. */
export function shownResult({ making, result }: State): Result | undefined {
  return making ?? result
}

/** A take on its side of the stage; what was known of its method is out of date. */
export function place(desk: Desk, request: PictureRequest, take: Take, side: 'fast' | 'full'): void {
  change(desk, request, ({ full, others, bench }) => {
    const whole = side === 'full' || (take.method === 'full' && full === undefined)
    const rows = bench?.rows.filter(({ method }) => method !== take.method)
    return {
      ...(side === 'fast' && { fast: take }),
      ...(whole && { full: take }),
      others: others.map((one) => (one.method === take.method ? take : one)),
      bench: whole || bench === undefined || rows === undefined ? undefined : { ...bench, rows },
    }
  })
}

/** A take of the bench, in place of an earlier one by the same method. */
export function addCompared(desk: Desk, request: PictureRequest, take: Take): void {
  change(desk, request, ({ fast, others }) => ({
    ...(fast?.method === take.method && { fast: take }),
    ...(take.method === 'full'
      ? { full: take }
      : { others: [...others.filter(({ method }) => method !== take.method), take] }),
  }))
}

/** Says of every take how close it is to the full run. */
export function compareTakes(desk: Desk, request: PictureRequest): void {
  change(desk, request, (result) => ({ bench: measured(result) }))
}

/** Changes what came of a request; what comes after the page has gone on to something else is dropped. */
export function change(
  { store }: Desk,
  request: PictureRequest,
  patchOf: (result: Result) => Partial<Result>,
): void {
  const { making, result } = store.state
  if (making?.request.id === request.id) store.set({ making: { ...making, ...patchOf(making) } })
  else if (result?.request.id === request.id) store.set({ result: { ...result, ...patchOf(result) } })
}
