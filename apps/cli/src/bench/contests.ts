import { createRandom } from '@fastflow/core'
import { pairedBootstrap } from '@fastflow/proxies'
import type { BenchContest } from './document.ts'
import type { MethodRuns } from './summarize-rows.ts'

/** Rows that are no rivals of the plan: references, controls at random, and FastFlow's own policies. */
const NO_RIVALS = /^(full|floor|flat|paper|random-|plan-|plan1-)/

/** The plan of each budget against the method that turned out best there on these very samples. */
export function contestsOf(runs: readonly MethodRuns[], budgets: readonly number[]): readonly BenchContest[] {
  const psnrOf = ({ scores }: MethodRuns): readonly number[] => scores.map(({ psnr }) => psnr)
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length
  return budgets.flatMap((budget): BenchContest[] => {
    const plan = runs.find(({ method }) => method === `plan-${budget}`)
    const [rival] = runs
      .filter(({ method }) => method.endsWith(`-${budget}`) && !NO_RIVALS.test(method))
      .sort((a, b) => mean(psnrOf(b)) - mean(psnrOf(a)))
    if (plan === undefined || rival === undefined) return []
    const { next: random } = createRandom(budget)
    const { mean: difference, low, high } = pairedBootstrap([...psnrOf(plan)], [...psnrOf(rival)], { random })
    return [{ budget, rival: rival.method, difference: { mean: difference, low, high } }]
  })
}
