import { numStepsOf } from '@fastflow/core'
import type { BenchCost } from './document.ts'
import { distinctMethods, type Method } from './method.ts'
import { oracleEvaluations } from './oracle.ts'
import type { BenchSettings } from './run.ts'

/** Share of the steps that rules without a stated budget evaluate, about. */
const SHARE = 0.35

/** Settings of other tools' knobs that tuning tries: of solvers, a budget, and of rules. */
const TRIED = { solvers: 32, rules: 53 } as const

/** Rows a budget: without a knob, plans, tuned. */
const ROWS = { fixed: 4, plans: 4, tuned: 13 } as const

/** About how many evaluations a bench will make, for the time still to come; {@link expectedSamples} knows better. */
export function expectedCost(settings: BenchSettings): BenchCost {
  const { numSteps, budgets, paperGenerations, tuningSamples, samples, plans, oracle } = settings
  const rows = ROWS.fixed + (plans ? ROWS.plans : 0) + (tuningSamples > 0 ? ROWS.tuned : 0)
  const perRow = budgets.reduce((sum, nfe) => sum + nfe, 0)
  return {
    learning: paperGenerations * numSteps * SHARE,
    planning: plans ? 41 * numSteps : 0,
    oracle: plans && oracle ? oracleEvaluations(numSteps, samples) : 0,
    tuning: tuningSamples * (TRIED.solvers * perRow + (2 + TRIED.rules * SHARE) * numSteps),
    samples: samples * (8 * numSteps + rows * perRow),
  }
}

/** The same for the samples alone, once the methods are known. `exact` is one of them here. */
export function expectedSamples(methods: readonly Method[], samples: number): number {
  const nfe = ({ name, schedule }: Method): number => {
    const steps = numStepsOf(schedule)
    if (name === 'flat' || name === 'paper') return SHARE * steps
    const budget = /-(\d+)$/.exec(name)?.[1]
    return budget === undefined ? steps : Math.min(steps, Number(budget))
  }
  return samples * distinctMethods(methods).reduce((sum, method) => sum + nfe(method), 0)
}
