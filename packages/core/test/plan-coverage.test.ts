import { calibrate, createRandom, type Frontier, float32Space, sample, validatePlan } from '@fastflow/core'
import { expect, it } from 'vitest'
import { createFrontier } from '../src/plan/document/frontier.ts'
import { meanOf, psnrOf, quantile } from '../src/plan/document/quality.ts'
import { flow, noise, schedule, small } from './support/plan.ts'

const { next } = createRandom(9)
const fresh = (count: number): number[] => Array.from({ length: count }, () => Math.floor(next() * 2 ** 31))

/** The plans without the runs they were judged by: held-out runs come from fresh seeds each time. */
async function unjudged(): Promise<Frontier> {
  const { document } = await calibrate({ ...small, budgets: [8, 9, 10, 11, 12] })
  return createFrontier({ ...document, plans: document.plans.map((plan) => ({ ...plan, scores: [] })) })
}

const validated = (plan: Frontier, runs: number): Promise<Frontier> =>
  validatePlan(plan, { velocity: flow, noise, seeds: fresh(runs) })

/** Share of `count` new noises on which the plan of this budget reaches the target. */
async function shareReached(plan: Frontier, nfe: number, psnr: number, count: number): Promise<number> {
  let reached = 0
  for (const seed of fresh(count)) {
    const x = noise(seed)
    const run = await sample({ velocity: flow, schedule, x, policy: plan.at(nfe) })
    const full = await sample({ velocity: flow, schedule, x })
    if (psnrOf(float32Space.meanSquaredDifference(run.x, full.x) as number, 2) >= psnr) reached++
  }
  return reached / count
}

it.each([0.9, 0.95])(
  'over 20 repeats with fresh seeds, at least the stated share of %d is reached',
  async (confidence) => {
    const bare = await unjudged()
    const pilot = await validated(bare, 400)
    // What the largest plan misses on a third of the failures that the confidence leaves room for.
    const reliable = quantile(pilot.entry(12)!.scores, (1 - confidence) / 3)
    // What the smallest one reaches in the mean.
    const doubtful = meanOf(pilot.entry(8)!.scores) - 1
    const [promised, alsoPromised, byMean]: [number[], number[], number[]] = [[], [], []]
    let planned = 0
    for (let repeat = 0; repeat < 20; repeat++) {
      const plan = await validated(bare, 40)
      const { nfe, kind } = plan.for({ psnr: reliable, confidence })
      if (kind === 'planned') planned++
      promised.push(await shareReached(plan, nfe, reliable, 100))
      const chosen = plan.for({ psnr: doubtful, confidence })
      alsoPromised.push(await shareReached(plan, chosen.nfe, doubtful, 100))
      const cheapest = plan.document.plans.find(({ scores }) => meanOf(scores) >= doubtful)!
      byMean.push(await shareReached(plan, cheapest.nfe, doubtful, 100))
    }
    expect(meanOf(promised)).toBeGreaterThanOrEqual(confidence)
    // Neither because it always falls back to the full run, nor because any rule would do.
    expect(planned).toBeGreaterThanOrEqual(5)
    expect(meanOf(alsoPromised)).toBeGreaterThanOrEqual(confidence)
    expect(meanOf(byMean)).toBeLessThan(confidence)
  },
)
