import { quantile } from '@fastflow/proxies'
import type { MethodRuns } from './summarize-rows.ts'

/** Rows that are plans for the full run. */
const PLANS = ['plan', 'plan1'] as const

/**
 * Where another plan of the budget turned out better on the samples than what the oracle's search found, that one is
 * the oracle's: by the middle of mean and 10 % quantile, as the planner judges.
 */
export function withOracleChoice(
  runs: readonly MethodRuns[],
  budgets: readonly number[],
): readonly MethodRuns[] {
  const merit = ({ scores }: MethodRuns): number => {
    const values = scores.map(({ psnr }) => psnr)
    return values.reduce((sum, one) => sum + one, 0) / values.length + quantile(values, 0.1)
  }
  const replacements = new Map<string, MethodRuns>()
  for (const budget of budgets) {
    const method = `oracle-${budget}`
    const names = [method, ...PLANS.map((family) => `${family}-${budget}`)]
    const [best] = runs.filter((run) => names.includes(run.method)).sort((a, b) => merit(b) - merit(a))
    if (best !== undefined) replacements.set(method, { ...best, method })
  }
  return runs.map((run) => replacements.get(run.method) ?? run)
}
