import { createRandom } from '@fastflow/core'
import { checkWhole, type Pace } from '@fastflow/core/backend'
import { pairedBootstrap, quantile } from '@fastflow/proxies'
import { checkPace } from '../check/values.ts'
import type { Interval } from '../document.ts'
import { checkPool } from './check-pool.ts'
import { applyGuard, bestVariant, IDEAS, runOf } from './guards.ts'
import { CONTESTED, type Pool, type PoolRun, type PoolSample } from './record.ts'

/** One guard against the static plan of the same budget, over all samples. */
export interface GuardRow {
  readonly budget: number
  /** `static`, `early`, or an idea of `guards.ts`. */
  readonly guard: string
  /** Mean evaluations a sample. */
  readonly nfe: number
  /** dB to the own full run. */
  readonly p10: number
  readonly min: number
  /** Share of samples under 35 dB to the exact solution and more than 1 dB farther from it than the full run. */
  readonly harm: number
  /** Guard less static plan, with 95 % intervals; none for the static plan itself. */
  readonly against?: { readonly p10: Interval; readonly min: Interval; readonly harm: Interval }
  /** The settings, each chosen on one half of the samples and applied to the other. */
  readonly settings: readonly string[]
}

interface Outcome {
  readonly nfe: number
  readonly settings: readonly string[]
  readonly samples: readonly PoolSample[]
  readonly runs: readonly PoolRun[]
}

/**
 * Every guard at every contested budget, each half of the samples with what was learned on the other.
 *
 * @param subjects how many took turns.
 * @param pace lets the event loop turn meanwhile.
 * @throws FastFlowError `invalid-argument` naming the part of the pool.
 */
export async function compareGuards(pool: Pool, subjects: number, pace: Pace): Promise<readonly GuardRow[]> {
  checkPool(pool)
  checkWhole('subjects', subjects, 1)
  checkPace(pace)
  const { samples, numSteps, document } = pool
  const rounds = [0, 1].map((half) => samples.filter((_, k) => Math.floor(k / subjects) % 2 === half))
  const halves = rounds.every(({ length }) => length > 0) ? rounds : []
  const budgets = CONTESTED.filter((budget) => document.plans.some((plan) => plan.budget === budget))
  const rows: GuardRow[] = []
  for (const budget of budgets) {
    const fixed = (runs: readonly PoolRun[]): Outcome => ({ nfe: runs[0]!.nfe, settings: [], samples, runs })
    const own = fixed(samples.map((sample) => runOf(sample, budget)))
    rows.push(rowOf(budget, 'static', own, own))
    const early = samples.map((sample) => sample.early[budget])
    if (early.every((run) => run !== undefined)) rows.push(rowOf(budget, 'early', fixed(early), own))
    for (const idea of IDEAS) {
      if (pace.due()) await pace.rest()
      const parts = halves.flatMap((test, half) => {
        const variant = bestVariant(idea, halves[1 - half]!, budget, numSteps)
        if (variant === undefined) return []
        const { nfe, runs } = applyGuard(variant, test, budget)
        return [{ nfe, runs, test, setting: `${variant.base} or ${variant.rich}: ${variant.rule}` }]
      })
      if (parts.length < 2) continue
      const outcome: Outcome = {
        nfe: parts.reduce((sum, { nfe, test }) => sum + nfe * test.length, 0) / samples.length,
        settings: parts.map(({ setting }) => setting),
        samples: parts.flatMap(({ test }) => test),
        runs: parts.flatMap(({ runs }) => runs),
      }
      const plain = { ...outcome, runs: outcome.samples.map((sample) => runOf(sample, budget)) }
      rows.push(rowOf(budget, idea, outcome, plain))
    }
  }
  return rows
}

function rowOf(budget: number, guard: string, outcome: Outcome, plain: Outcome): GuardRow {
  const psnr = ({ runs }: Outcome): number[] => runs.map((run) => run.psnr)
  const harmed = ({ runs, samples }: Outcome): number[] =>
    runs.map(({ exactPsnr }, k) => (exactPsnr < 35 && exactPsnr < samples[k]!.exactPsnr - 1 ? 1 : 0))
  const compare = (
    of: (outcome: Outcome) => number[],
    statistic?: (drawn: ArrayLike<number>) => number,
  ): Interval => {
    const { next: random } = createRandom(budget)
    const options = { random, ...(statistic && { statistic }) }
    const { mean, low, high } = pairedBootstrap(of(outcome), of(plain), options)
    return { mean, low, high }
  }
  const tenth = (drawn: ArrayLike<number>): number => quantile(drawn, 0.1)
  const least = (drawn: ArrayLike<number>): number => Math.min(...Array.from(drawn))
  return {
    budget,
    guard,
    nfe: outcome.nfe,
    p10: tenth(psnr(outcome)),
    min: least(psnr(outcome)),
    harm: harmed(outcome).reduce((sum, one) => sum + one, 0) / outcome.runs.length,
    ...(guard !== 'static' && {
      against: { p10: compare(psnr, tenth), min: compare(psnr, least), harm: compare(harmed) },
    }),
    settings: outcome.settings,
  }
}
