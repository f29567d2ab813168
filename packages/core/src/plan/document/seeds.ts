import { shown } from '../../check/shown.ts'
import { checkWhole } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import { isRecord } from '../../json/json.ts'
import type { Trajectory } from '../record/trajectory.ts'
import type { PlanDocument } from './document.ts'

/** Far from seeds people type. */
const firstSeed = 2 ** 31

/** More runs than anybody makes, few enough for their seeds to be listed before the first one. */
export const mostRuns: number = 2 ** 20

/** The noises that have been used, by their seeds. {@link createRandom} takes seeds modulo 2^32; so do these. */
export interface UsedSeeds {
  has(seed: number): boolean
  /** Those of `seeds` that have not been used, each noise once; they are used from then on. */
  take(seeds: Iterable<number>): number[]
  /** So many unused seeds, 2^20 at most, the first ones from `from` on (default 2^31); they are used from then on. */
  fresh(count: number, from?: number): number[]
}

/**
 * Begins with `seeds` as used.
 *
 * @throws FastFlowError `invalid-argument`, as its methods do, for seeds that are no whole numbers.
 */
export function seedLedger(seeds: Iterable<number> = []): UsedSeeds {
  checkSeeds(seeds)
  const noises = new Set<number>()
  const take = (wanted: Iterable<number>): number[] => {
    const taken: number[] = []
    for (const seed of wanted) {
      const noise = seed >>> 0
      if (noises.has(noise)) continue
      noises.add(noise)
      taken.push(seed)
    }
    return taken
  }
  take(seeds)
  return {
    has: (seed) => noises.has(checkSeed('seed', seed) >>> 0),
    take: (wanted) => {
      checkSeeds(wanted)
      return take(wanted)
    },
    fresh: (count, from = firstSeed) => {
      checkWhole('count', count, 0, mostRuns)
      const found: number[] = []
      for (let seed = checkSeed('from', from) >>> 0; found.length < count; seed = (seed + 1) >>> 0)
        found.push(...take([seed]))
      return found
    },
  }
}

/**
 * Every noise that chose, fitted or judged plans of a document, or of one that it came from. Runs on other seeds are unseen;
 * {@link validatePlan} takes its own from here.
 */
export function usedSeeds(document: PlanDocument): UsedSeeds {
  if (!isRecord(document) || !isRecord(document.calibration) || !Array.isArray(document.plans))
    throw invalidArgument(
      'document',
      `${shown(document)} is not a plan document; pass the document of a Plan`,
    )
  const { calibration, plans, joint = [] } = document
  const scored = [...plans, ...joint].flatMap(({ scoredOn }) => scoredOn)
  return seedLedger([...calibration.seeds, ...calibration.heldOut, ...scored])
}

/** Each noise once: a run that comes twice is one run. */
export function distinctRuns<T>(runs: readonly Trajectory<T>[]): readonly Trajectory<T>[] {
  const ledger = seedLedger()
  return runs.filter(({ seed }) => ledger.take([seed]).length > 0)
}

function checkSeed(field: string, seed: unknown): number {
  return checkWhole(field, seed, Number.MIN_SAFE_INTEGER)
}

function checkSeeds(seeds: Iterable<number>): void {
  const list =
    typeof seeds === 'object' && seeds !== null && Symbol.iterator in seeds ? [...seeds] : undefined
  const odd = list?.find((seed) => !Number.isInteger(seed))
  if (list === undefined || odd !== undefined)
    throw invalidArgument(
      'seeds',
      `${shown(list === undefined ? seeds : odd)} is not a list of whole numbers`,
    )
}
