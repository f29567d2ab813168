import type { Take } from '../engine/protocol.ts'
import type { Desk } from './desk.ts'
import { measured } from './measured.ts'
import { resultKey, subjectOf } from './request.ts'
import type { Result, State } from './state.ts'

/** A new result; what the one before had of the same full run is kept. */
export function startResult(state: State): Result {
  const { settings, source, about, result: before } = state
  const key = resultKey(state)
  const same = before?.key === key ? before : undefined
  return {
    model: about!.name,
    subject: subjectOf(state),
    source: about!.task === 'image-editing' ? source : undefined,
    settings,
    key,
    fast: undefined,
    full: same?.full,
    others: same?.others ?? [],
    bench: same?.bench,
  }
}

/** A take on its side of the stage; what was known of its method is out of date. */
export function place(desk: Desk, take: Take, side: 'fast' | 'full'): void {
  const { full, others, bench } = desk.store.state.result!
  const whole = side === 'full' || (take.method === 'full' && full === undefined)
  const rows = bench?.rows.filter(({ method }) => method !== take.method)
  put(desk, {
    ...(side === 'fast' && { fast: take }),
    ...(whole && { full: take }),
    others: others.map((one) => (one.method === take.method ? take : one)),
    bench: whole || bench === undefined || rows === undefined ? undefined : { ...bench, rows },
  })
}

/** A take of the bench, in place of an earlier one by the same method. */
export function addCompared(desk: Desk, take: Take): void {
  const { fast, others } = desk.store.state.result!
  put(desk, {
    ...(fast?.method === take.method && { fast: take }),
    ...(take.method === 'full'
      ? { full: take }
      : { others: [...others.filter(({ method }) => method !== take.method), take] }),
  })
}

/** Says of every take how close it is to the full run. */
export function compareTakes(desk: Desk): void {
  const { result, about } = desk.store.state
  if (result && about) put(desk, { bench: measured(result, about) })
}

export function put({ store }: Desk, patch: Partial<Result>): void {
  const { result } = store.state
  if (result) store.set({ result: { ...result, ...patch } })
}
