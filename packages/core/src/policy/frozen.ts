import type { SkipPolicy } from './policy.ts'

/** The same policy, learning switched off: a run ends with the state it started from. */
export function frozen<State>(policy: SkipPolicy<State>): SkipPolicy<State> {
  return {
    ...policy,
    name: `${policy.name}-frozen`,
    observe: (state) => state,
    finish: (state) => state,
  }
}
