import { numStepsOf } from '@fastflow/core'
import type { BenchCost } from '../document.ts'
import { distinctMethods, type Method } from '../method.ts'
import { oracleEvaluations } from '../methods/oracle.ts'
import { maskEvaluations } from '../methods/peer-masks.ts'
import type { BenchTerms } from './settings.ts'

/** Share of the steps that rules without a stated budget evaluate, about. */
export const SHARE = 0.35

/** Settings of knobs that tuning tries on its first noise: of solvers and fixed rules a budget, and of other tools' rules. */
const TRIED = { fixed: 84, rules: 567 } as const

/** The same of later noises, a budget. */
const TRIED_AGAIN = 60

/** Rows a budget: without a knob, plans, tuned. */
const ROWS = {
  fixed: { all: 4, ab2: 1, none: 0 },
  plans: { calibrated: 4, own: 1, given: 1, none: 0 },
  tuned: 18,
} as const

/** About how many evaluations a bench will make, for the time still to come; {@link expectedSamples} knows better. */
export function expectedCost(settings: BenchTerms): BenchCost {
  const { numSteps, budgets, paperGenerations, tuningSamples, samples, plans, oracle, exact } = settings
  const kind = typeof plans === 'object' ? 'given' : plans
  const all = settings.controls === 'all'
  const rows = ROWS.fixed[settings.controls] + ROWS.plans[kind] + (tuningSamples > 0 ? ROWS.tuned : 0)
  const whole = 1 + (all ? 1.3 : 0) + (exact ? 5 : 0) + (paperGenerations > 0 ? SHARE : 0)
  const perRow = budgets.reduce((sum, nfe) => sum + nfe, 0)
  return {
    learning: paperGenerations * numSteps * SHARE,
    planning: { calibrated: exact ? 41 : 21, own: 1, given: 0, none: 0 }[kind] * numSteps + joint(settings),
    oracle: plans === 'calibrated' && oracle ? oracleEvaluations(numSteps, samples) : 0,
    tuning: tuningSamples > 0 ? tuningCost(settings, perRow) : 0,
    samples: samples * (whole * numSteps + rows * perRow),
  }
}

/** Of a guided model, plans for network passes at the default cost once more. */
function joint({
  plans,
  guidanceScale,
  numSteps,
}: Pick<BenchTerms, 'plans' | 'guidanceScale' | 'numSteps'>): number {
  return plans === 'calibrated' && guidanceScale !== 1 ? 20 * numSteps : 0
}

function tuningCost({ numSteps, budgets, tuningSamples }: BenchTerms, perRow: number): number {
  const first = TRIED.fixed * perRow + TRIED.rules * SHARE * numSteps
  const masks = maskEvaluations(numSteps, budgets, tuningSamples)
  return first + masks + (tuningSamples + 1) * numSteps + (tuningSamples - 1) * TRIED_AGAIN * perRow
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
