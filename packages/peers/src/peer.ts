import type { Extrapolator, SkipPolicy } from '@fastflow/core'

/**
 * A method of another tool in FastFlow's terms: which grid points it evaluates, and what stands in for the velocity
 * at those it does not.
 *
 * The originals ask at every step "reuse or compute?" and look at the state there. Between two evaluations that
 * state is known in advance: it is the last state plus a weighted sum of velocities already seen. So every rule here
 * answers all those questions at the landing, from lengths and inner products measured there, and decides as
 * the original would. Lengths are Euclidean where the originals take the mean of absolute values.
 */
export interface Peer<State = unknown> {
  readonly name: string
  /** Where the rule comes from. */
  readonly source: string
  readonly policy: SkipPolicy<State>
  /** Stands in for the velocity where the policy leaves the weights to it. Pass both to `sample`. */
  readonly extrapolator: Extrapolator
}

/** The parts of a policy that learns nothing from its runs. */
export const unlearning = {
  version: 1,
  observe: <State>(state: State): State => state,
  finish: <State>(state: State): State => state,
} as const

/** First grid index after `from` that has to be evaluated, T when there is none. Asks about each index once, in order. */
export function nextEvaluation(
  from: number,
  numSteps: number,
  isEvaluated: (index: number) => boolean,
): number {
  for (let index = from + 1; index < numSteps; index++) if (isEvaluated(index)) return index
  return numSteps
}
