import { fullPolicy, type Plan, type Random, type SkipPolicy } from '@fastflow/core'
import type { Route } from './choose.ts'
import { landingLogs } from './landings.ts'

/** A request on its way. */
export interface Steering {
  /** Undefined before the first evaluation. */
  readonly route: Route | undefined
  /** Decimal logarithms of the landing mismatches so far. */
  readonly landings: readonly number[]
}

/** Decides which plan a request follows. */
export interface Helm {
  /** Once the first evaluation is known. */
  begin(random: Random): Route
  /** After each later one. */
  goOn(route: Route, evaluations: number, landings: readonly number[], random: Random): Route
}

/** Follows a plan that is chosen on the way: after the first evaluation, and again where plans part that began alike. */
export function steered({ document, at }: Plan, helm: Helm): SkipPolicy<Steering> {
  const policies = [...document.plans.map(({ budget }) => at(budget)), fullPolicy()]
  return {
    version: 1,
    name: 'steered',
    needs: ['mismatch'],
    depth: Math.max(...policies.map(({ depth }) => depth)),
    init: () => ({ route: undefined, landings: [] }),
    decide({ route: before, landings: earlier }, landing, context) {
      const { evaluations, mismatch } = landing
      const { random } = context
      const landings = mismatch === undefined ? earlier : [...earlier, ...landingLogs([mismatch])]
      const route =
        before === undefined ? helm.begin(random) : helm.goOn(before, evaluations, landings, random)
      const [decision] = policies[route.arm]!.decide(undefined, landing, context)
      return [decision, { route, landings }]
    },
    observe: (state) => state,
    finish: (state) => state,
  }
}
