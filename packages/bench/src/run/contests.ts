import { createRandom } from '@fastflow/core'
import { checkText, type Pace } from '@fastflow/core/backend'
import { pairedBootstrap, quantile } from '@fastflow/proxies'
import type { BenchContest, Interval } from '../document.ts'
import type { Scores } from '../source/measure.ts'
import type { MethodRuns } from './summarize-rows.ts'

/** Rows that are no rivals of the plan: references, controls at random, and FastFlow's own policies. */
const NO_RIVALS = /^(full|floor|flat|paper|random-|plan|oracle|joint|guard)/

/** True for solvers and rules that are not FastFlow's own. @param method name of a row. @throws FastFlowError `invalid-argument`. */
export function isRival(method: string): boolean {
  checkText('method', method, 'the name of a row')
  return !NO_RIVALS.test(method)
}

interface Contestant {
  readonly family: string
  readonly to: BenchContest['to']
  /** Against this row instead of the best other method. */
  readonly rival?: string
  readonly quality: (scores: Scores) => number
}

/** Plans for the exact solution are there only where it was computed. */
const exactQuality = ({ exactPsnr }: Scores): number => exactPsnr ?? Number.NaN

const contestants: readonly Contestant[] = [
  { family: 'plan', to: 'full', quality: ({ psnr }) => psnr },
  { family: 'plan-exact', to: 'exact', quality: exactQuality },
  { family: 'plan-exact', to: 'exact', rival: 'full', quality: exactQuality },
]

/**
 * The plans of each budget against the method that turned out best there on these very samples; those for the exact
 * solution also against the full run.
 */
export async function contestsOf(
  runs: readonly MethodRuns[],
  budgets: readonly number[],
  pace: Pace,
): Promise<readonly BenchContest[]> {
  const contests: BenchContest[] = []
  for (const contestant of contestants) {
    for (const budget of budgets) {
      if (pace.due()) await pace.rest()
      contests.push(...contest(runs, budget, contestant))
    }
  }
  return contests
}

function contest(
  runs: readonly MethodRuns[],
  budget: number,
  { family, to, rival: named, quality }: Contestant,
): BenchContest[] {
  const values = ({ scores }: MethodRuns): number[] => scores.map(quality)
  const plan = runs.find(({ method }) => method === `${family}-${budget}`)
  const [rival] = runs
    .filter(({ method }) =>
      named === undefined ? method.endsWith(`-${budget}`) && isRival(method) : method === named,
    )
    .sort((a, b) => mean(values(b)) - mean(values(a)))
  if (plan === undefined || rival === undefined) return []
  const [ours, theirs] = [values(plan), values(rival)]
  const compare = (statistic?: (drawn: Float64Array) => number): Interval => {
    const { next: random } = createRandom(budget)
    const result = pairedBootstrap(ours, theirs, { random, ...(statistic && { statistic }) })
    return { mean: result.mean, low: result.low, high: result.high }
  }
  return [
    {
      budget,
      plan: plan.method,
      rival: rival.method,
      to,
      difference: compare(),
      p10: compare((drawn) => quantile(drawn, 0.1)),
      wins: ours.filter((value, i) => value > theirs[i]!).length,
      pairs: ours.map((value, i) => [round(value), round(theirs[i]!)]),
    },
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
