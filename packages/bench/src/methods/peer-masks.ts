import type { AbortSignalLike } from '@fastflow/core'
import { createRandom, numStepsOf } from '@fastflow/core'
import type * as Peers from '@fastflow/peers'
import type { Grids, Method } from '../method.ts'
import { runMethod } from '../source/measure.ts'
import type { BenchSource } from '../source/source.ts'
import { fullMethod } from './controls.ts'
import { SHIFTS, shifted, withShift } from './shifts.ts'
import type { Candidate, Family } from './tune.ts'

/** Full generations that the search of one mask may cost: as many as a calibration, which is for all budgets. */
const GENERATIONS = 20

/** Noises that a mask is judged by, at most. The original takes one. */
const NOISES = 2

const reuses = ['residual', 'velocity'] as const
type Reuse = (typeof reuses)[number]

/** A mask that was searched, plain JSON. */
export interface FoundMask {
  readonly budget: number
  readonly reuse: Reuse
  readonly mask: readonly number[]
}

export interface MaskSettings {
  readonly grids: Grids
  readonly budgets: readonly number[]
  readonly guidanceScale: number
  /** Noises no sample and no calibration uses; the first two at most are taken. */
  readonly seeds: readonly number[]
  readonly signal: AbortSignalLike
  readonly onProgress?: (done: number, total: number) => void
}

/** Masks for each budget below the full run and each way of reuse. Cost: 20 full generations a mask at most, {@link maskEvaluations} in all. */
export async function findMasks(
  peers: typeof Peers,
  pipe: BenchSource,
  settings: MaskSettings,
): Promise<readonly FoundMask[]> {
  const { grids, guidanceScale, signal } = settings
  const seeds = settings.seeds.slice(0, NOISES)
  const numSteps = numStepsOf(grids.full)
  const full = fullMethod(grids)
  const runs = await Promise.all(
    seeds.map(async (seed) => {
      const flow = await pipe.prepareTurn(seed, { seed, guidanceScale, signal })
      return { seed, flow, end: (await runMethod(flow, full, seed, signal)).x }
    }),
  )
  const found: FoundMask[] = []
  const wanted = budgetsOf(settings).flatMap((budget) => reuses.map((reuse) => ({ budget, reuse })))
  for (const [done, { budget, reuse }] of wanted.entries()) {
    settings.onProgress?.(done, wanted.length)
    const mask = await peers.searchMask({
      numSteps,
      nfe: budget,
      masks: Math.max(1, Math.floor((GENERATIONS * numSteps) / (budget * seeds.length))),
      random: createRandom(budget).next,
      loss: async (mask) => {
        const method = maskMethod(peers, grids.full, mask, reuse)
        let sum = 0
        for (const { seed, flow, end } of runs)
          sum += meanSquare((await runMethod(flow, method, seed, signal)).x, end)
        return sum / runs.length
      },
    })
    found.push({ budget, reuse, mask })
  }
  return found
}

/** Most evaluations {@link findMasks} makes. */
export function maskEvaluations(numSteps: number, budgets: readonly number[], noises: number): number {
  const searches = reuses.length * budgets.filter((nfe) => nfe < numSteps).length
  return searches * GENERATIONS * numSteps + Math.min(NOISES, noises) * numSteps
}

/** The masks that were found, each on the model's grid shifted by each of {@link SHIFTS}. */
export function maskFamily(peers: typeof Peers, grids: Grids, found: readonly FoundMask[]): Family {
  return {
    name: 'budcache',
    candidates: found.flatMap(({ budget, mask, reuse }) =>
      SHIFTS.map(
        (shift): Candidate => ({
          parameter: withShift(`${reuse} reused`, shift),
          nfe: budget,
          method: maskMethod(peers, shifted(grids.full, shift), mask, reuse),
        }),
      ),
    ),
  }
}

function budgetsOf({ budgets, grids }: MaskSettings): readonly number[] {
  return budgets.filter((nfe) => nfe < numStepsOf(grids.full))
}

function maskMethod(
  peers: typeof Peers,
  schedule: Method['schedule'],
  mask: readonly number[],
  reuse: Reuse,
): Method {
  const { policy, extrapolator } = peers.budCache({ mask, reuse })
  return { name: 'budcache', schedule, options: () => ({ policy, extrapolator }) }
}

function meanSquare(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, k) => sum + (value - other[k]!) ** 2, 0) / one.length
}
