import { createRandom, parsePlan } from '@fastflow/core'
import { checkPositive, checkShare } from '@fastflow/core/backend'
import { checkPool } from './check-pool.ts'
import type { Pool } from './record.ts'

/** How often what was chosen for a quality reached it. */
export interface CoverageRow {
  readonly psnr: number
  readonly confidence: number
  readonly repeats: number
  /** Noises behind each choice, and noises it was put to the test on. */
  readonly calibration: number
  readonly test: number
  /** Share of test noises that reached `psnr`: mean over the repeats, and the least. */
  readonly reached: number
  readonly least: number
  /** How many repeats chose a plan of how many evaluations; the number of grid steps is the full run. */
  readonly chosen: Readonly<Record<string, number>>
}

const REPEATS = 20

/**
 * Splits a pool of noises in two again and again: one half is the held-out runs that `for` decides on, the other tells whether the
 * promise holds. The plans' weights come from neither, so the samples are held out whatever seeds calibrations had elsewhere.
 *
 * @param psnr dB, above 0.
 * @param confidence share of samples that have to reach it, between 0 and 1.
 * @throws FastFlowError `invalid-argument` naming the part of the pool.
 */
export function coverageOf(pool: Pool, psnr: number, confidence: number): CoverageRow {
  checkPool(pool)
  checkPositive('psnr', psnr)
  checkShare('confidence', confidence)
  const { document, numSteps, samples } = pool
  const calibration = Math.floor(samples.length / 2)
  const shares: number[] = []
  const chosen: Record<string, number> = {}
  const unused = { ...document.calibration, seeds: [], heldOut: [] }
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const shuffled = shuffle(samples, repeat)
    const [held, test] = [shuffled.slice(0, calibration), shuffled.slice(calibration)]
    const plans = document.plans.map((plan) => ({
      ...plan,
      scores: held.map((sample) => sample.plans[plan.budget]!.psnr),
      scoredOn: [...held.keys()],
      quality: { ...plan.quality, basis: 'held-out' as const, runs: calibration },
    }))
    const { nfe, kind } = parsePlan({ ...document, calibration: unused, plans }).for({ psnr, confidence })
    const budget = kind === 'planned' ? plans.find((plan) => plan.nfe === nfe)!.budget : undefined
    const reached = test.filter((sample) => budget === undefined || sample.plans[budget]!.psnr >= psnr)
    shares.push(reached.length / test.length)
    const cost = String(budget === undefined ? numSteps : nfe)
    chosen[cost] = (chosen[cost] ?? 0) + 1
  }
  return {
    psnr,
    confidence,
    repeats: REPEATS,
    calibration,
    test: samples.length - calibration,
    reached: shares.reduce((sum, share) => sum + share, 0) / REPEATS,
    least: Math.min(...shares),
    chosen,
  }
}

function shuffle<Item>(items: readonly Item[], seed: number): Item[] {
  const { next } = createRandom(seed)
  const shuffled = [...items]
  for (let k = shuffled.length - 1; k > 0; k--) {
    const other = Math.floor(next() * (k + 1))
    const [one, two] = [shuffled[k]!, shuffled[other]!]
    shuffled[k] = two
    shuffled[other] = one
  }
  return shuffled
}
