import { checkEvaluations } from '../check/values.ts'

/** Where the pictures of samples are compared: at the budgets nearest to these. */
const SHOWN = [10, 15] as const

/**
 * Methods whose pictures are worth a look, few enough to compare by eye: the full run, a plan and what it is compared with at the
 * budgets nearest 10 and 15, and the learned policy.
 *
 * @throws FastFlowError `invalid-argument`.
 */
export function shownMethods(budgets: readonly number[]): readonly string[] {
  checkEvaluations('budgets', budgets)
  const chosen = [...new Set(SHOWN.map((wanted) => nearest(budgets, wanted)))]
  return ['full', ...chosen.flatMap((nfe) => [`plan-${nfe}`, `ab2-${nfe}`, `uniform-${nfe}`]), 'paper']
}

/** The method that says which sample is the worst: the plan of the budget nearest 10. */
export function judgedMethod(budgets: readonly number[]): string {
  return `plan-${nearest(budgets, SHOWN[0])}`
}

function nearest(budgets: readonly number[], wanted: number): number {
  return budgets.reduce((best, nfe) => (Math.abs(nfe - wanted) < Math.abs(best - wanted) ? nfe : best))
}
