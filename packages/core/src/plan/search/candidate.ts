import { type Parts, prefixKey, type Route } from '../fit/route.ts'
import type { FitMode } from '../fit/visit.ts'

/** A schedule worth trying: which family proposed it, and how its weights are found. */
export interface Candidate extends Route {
  readonly family: string
  readonly mode: FitMode
  /** What its weights are of. */
  readonly parts: Parts
  /** What rehearsed weights take the model to answer to errors; left out where that was not known. */
  readonly response?: number | undefined
}

/** Where a candidate's weights come from, and what they are of. */
export type Weighting = Pick<Candidate, 'mode' | 'parts' | 'response'>

/** Tells candidates apart by what they do. */
export function nameOf(candidate: Candidate): string {
  return `${kindOf(candidate)} ${prefixKey(candidate)}`
}

/** Tells weightings apart; only rehearsed weights depend on the response. */
export function kindOf({ mode, parts, response }: Weighting): string {
  return mode === 'rehearsed' ? `${mode} ${response ?? 'any'} ${parts}` : `${mode} ${parts}`
}

/** Of equal routes with equal weights the first. */
export function distinct<C extends Candidate>(candidates: readonly C[]): C[] {
  const seen = new Set<string>()
  return candidates.filter((candidate) => {
    const key = nameOf(candidate)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
