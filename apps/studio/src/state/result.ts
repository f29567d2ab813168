import type { Take } from '../engine/protocol.ts'
import type { Desk } from './desk.ts'
import { measured } from './measured.ts'
import type { PictureRequest } from './picture-request.ts'
import { isPlain, plainMethod } from './plain.ts'
import type { Result, State } from './state.ts'

/** A new result; what the one before had of the same full run is kept. */
export function startResult(request: PictureRequest, before: Result | undefined): Result {
  const same = before?.request.key === request.key ? before : undefined
  return {
    request,
    fast: undefined,
    made: undefined,
    full: same?.full,
    others: same?.others ?? [],
    plains: same?.plains ?? [],
    bench: same?.bench,
  }
}

/** What is shown: the picture being made, else the last one. */
export function shownResult({ making, result }: State): Result | undefined {
  return making ?? result
}

/** What the cost of the picture on the stage comes to without FastFlow, as far as that was made. */
export function plainOf({ fast, plains = [] }: Result): Take | undefined {
  return fast && plains.find(({ method }) => method === plainMethod(fast.stats.nfe))
}

/** A take on its side of the stage; what was known of its method is out of date. */
export function place(desk: Desk, request: PictureRequest, take: Take, side: 'fast' | 'full'): void {
  change(desk, request, ({ full, others, bench }) => {
    const whole = side === 'full' || (take.method === 'full' && full === undefined)
    const rows = bench?.rows.filter(({ method }) => method !== take.method)
    return {
      ...(side === 'fast' && { fast: take, made: take.method }),
      ...(whole && { full: take }),
      others: others.map((one) => (one.method === take.method ? take : one)),
      bench: whole || bench === undefined || rows === undefined ? undefined : { ...bench, rows },
    }
  })
}

/** A take that others are compared with, in place of an earlier one by the same method. */
export function addCompared(desk: Desk, request: PictureRequest, take: Take): void {
  const added = (takes: readonly Take[]): readonly Take[] => [
    ...takes.filter(({ method }) => method !== take.method),
    take,
  ]
  change(desk, request, ({ others, plains = [] }) => {
    if (take.method === 'full') return { full: take }
    return isPlain(take) ? { plains: added(plains) } : { others: added(others) }
  })
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
