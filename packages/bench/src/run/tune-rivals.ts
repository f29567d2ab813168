import type * as Peers from '@fastflow/peers'
import type { Method } from '../method.ts'
import { fullMethod } from '../methods/controls.ts'
import { findMasks, maskEvaluations, maskFamily } from '../methods/peer-masks.ts'
import { loadPeers, ruleFamilies } from '../methods/peer-rules.ts'
import { skipFamilies } from '../methods/peer-skips.ts'
import { solverFamilies } from '../methods/peer-solvers.ts'
import { type Family, type Tuned, tune, tunedMethods, tuningEvaluations } from '../methods/tune.ts'
import { recordRun, velocityNorms } from '../source/record-run.ts'
import type { BenchSource } from '../source/source.ts'
import { SHARE } from './expected.ts'
import type { Preparation } from './preparation.ts'

/** Tuning noises: no sample, no calibration and no learning uses them. */
const TUNING_SEED = 2_000_000

/** Other solvers, skipping by fixed rules and, where they are found, other tools' caching rules, each with its knobs set. */
export async function tuneRivals(pipe: BenchSource, preparation: Preparation): Promise<readonly Method[]> {
  const { settings, grids, log, tally } = preparation
  const { budgets, guidanceScale, signal, numSteps } = settings
  const seeds = Array.from({ length: settings.tuningSamples }, (_, i) => TUNING_SEED + i)
  const peers = await loadPeers()
  const full = fullMethod(grids)
  const plain = [...solverFamilies(grids, budgets), ...skipFamilies(grids, budgets)]
  const expected = (families: readonly Family[]): number =>
    tuningEvaluations(families, { full, budgets, seeds }, SHARE * numSteps)
  tally.enter('tuning')
  const families = peers ? [...plain, ...(await peerFamilies(peers))] : plain
  const before = peers ? maskEvaluations(numSteps, budgets, seeds.length) + numSteps : 0
  tally.enter('tuning', before + expected(families))
  const onProgress = (done: number, total: number, share: number): void =>
    tally.report(`tuning on noise ${done + 1} of ${total}, ${Math.round(100 * share)} %`)
  const tuned = await log.once<readonly Tuned[]>(
    'tuned',
    () => tune(pipe, families, { full, guidanceScale, budgets, seeds, signal, onProgress }),
    tally.cost,
  )
  return tunedMethods(families, tuned)

  async function peerFamilies(peers: typeof Peers): Promise<readonly Family[]> {
    const run = { schedule: grids.full, guidanceScale, seed: seeds[0]!, signal }
    const norms = await log.once(
      'norms',
      async () => velocityNorms(await recordRun(pipe, run), numSteps),
      tally.cost,
    )
    const onProgress = (done: number, total: number): void =>
      tally.report(`searching masks, ${done + 1} of ${total}`)
    const masks = await log.once(
      'masks',
      () => findMasks(peers, pipe, { grids, budgets, guidanceScale, seeds, signal, onProgress }),
      tally.cost,
    )
    return [...ruleFamilies(peers, grids.full, norms), maskFamily(peers, grids, masks)]
  }
}
