import {
  type AbortSignalLike,
  coarserSchedule,
  FastFlowError,
  float32Space,
  invalidArgument,
  type Plan,
  type QualityProxy,
  type RgbImage,
  type Schedule,
  type SkipPolicy,
  sample,
  usedSeeds,
} from '@fastflow/core'
import { checkCallback, checkOneOf, checkWhole, throwIfAborted } from '@fastflow/core/backend'
import { type Flow, framesOf } from '../flow.ts'
import { attempt, teller } from '../notes.ts'
import { checkPlanDocument } from '../plan/check-document.ts'
import { planDigest, planKeyOf } from '../plan/key.ts'
import { planFor } from '../plan/planned.ts'
import type { PolicyPlaces } from '../policy/places.ts'
import type { RunKey } from '../task/run.ts'
import { sized } from './early.ts'
import { conditionFeatures } from './features.ts'
import { landingLogs } from './landings.ts'
import { proxyOf } from './metric.ts'
import type { QualityOptions } from './options.ts'
import { findTable, plansDigest, type QualityRun, type QualityTable, tableDigest } from './quality-table.ts'
import { scoreFrames } from './score-frames.ts'

/** Far from seeds people type, and from those of calibrations, which begin at 2^31. */
const FIRST_SEED = 2 ** 31 + 2 ** 20

const DEFAULT_RUNS = 64
const DEFAULT_FLOOR_RUNS = 16

/** Generations to measure on, by their number. */
export interface MeasuredSource {
  readonly run: RunKey
  /** The generation of this turn, and the condition it shows as the network is fed it. */
  flow(
    turn: number,
    seed: number,
  ): { readonly flow: Flow; readonly feeds: Parameters<typeof conditionFeatures>[0] }
}

/**
 * Measures every plan's images against the full run's and stores the table where `accelerate: { target }` finds it. It is
 * stored after every run, so that an interrupted call goes on, and a later one with more runs adds to it. Every run has a seed
 * that neither the plans nor the table have used; a run of before that has not is replaced. Where the table cannot be stored it
 * is returned all the same, and `onNote` says so before anything is measured.
 *
 * Cost a run: the full run and the evaluations of every plan; a tenth less than a full run more for the floor.
 */
export async function measureQuality(
  source: MeasuredSource,
  options: QualityOptions,
  places: PolicyPlaces,
): Promise<QualityTable> {
  const { metric, signal, onProgress, runs = DEFAULT_RUNS, floorRuns: most = DEFAULT_FLOOR_RUNS } = options
  checkOneOf('metric', metric, ['lpips', 'psnr'])
  checkPlanDocument('plan', options.plan)
  checkCallback('onProgress', onProgress, '(done, total) => ...')
  checkCallback('onNote', options.onNote, '(note) => ...')
  const total = checkWhole('runs', runs, 1)
  const floorRuns = Math.min(total, checkWhole('floorRuns', most, 0))
  const proxy = proxyOf(metric, options.proxy)
  if (proxy === undefined)
    throw invalidArgument('proxy', `is missing; pass a QualityProxy that measures ${metric}`)
  const notes: string[] = []
  const tell = teller(notes, options.onNote)
  const { key, frontier } = await plansFor(source.run, options, places, notes)
  const found = await findTable(places, { key, frontier, metric }, notes)
  const keep = (work: () => unknown): Promise<boolean> =>
    attempt(notes, 'what is measured cannot be stored', work)
  await keep(() => places.store.check?.())
  tell()
  const store = (measured: QualityTable): Promise<boolean> =>
    keep(() => places.store.save(tableDigest(key, metric), measured))
  // Scores of different proxies do not mix.
  const usable = found?.proxy.version === proxy.version ? found : undefined
  let table = usable ? await withSizes(usable, source, signal) : emptyTable(key, frontier, options, proxy)
  if (usable && table !== usable) await store(table)
  const used = usedSeeds(frontier.document)
  used.take(table.runs.map(({ seed }) => seed))
  const seeds = used.fresh(Math.max(0, total - table.runs.length), FIRST_SEED)
  for (const seed of seeds) {
    const turn = table.runs.length
    throwIfAborted(signal, 'measuring quality')
    onProgress?.(turn, total)
    const { flow, feeds } = source.flow(turn, seed)
    const measured = await measureRun(flow, frontier, proxy, turn < floorRuns, signal)
    const run: QualityRun = { seed, features: conditionFeatures(feeds).map(sixDigits), ...measured.run }
    table = { ...table, runs: [...table.runs, run], floor: [...table.floor, ...measured.floor] }
    await store(table)
    tell()
  }
  onProgress?.(total, total)
  return table
}

/** @throws FastFlowError `policy-unreadable` where there are no plans to measure. */
async function plansFor(
  run: RunKey,
  { plan }: QualityOptions,
  places: PolicyPlaces,
  notes: string[],
): Promise<{ readonly key: string; readonly frontier: Plan }> {
  const planKey = planKeyOf(run)
  const found = await planFor(plan, planKey, places, { notes })
  if (found !== undefined) return { key: planDigest(planKey), frontier: found.value }
  const why = notes.length > 0 ? ` (${notes.join('; ')})` : ''
  const message = `plan: there is none for these settings${why}; make one first, with calibrate`
  throw new FastFlowError({ code: 'policy-unreadable', field: 'plan', message })
}

function emptyTable(
  key: string,
  { document }: Plan,
  { metric }: QualityOptions,
  { name, version }: QualityProxy,
): QualityTable {
  return {
    format: 'fastflow-quality',
    version: 2,
    key,
    plans: plansDigest(document),
    metric,
    proxy: { name, version },
    numSteps: document.key.schedule.sigmas.length - 1,
    nfe: document.plans.map(({ nfe }) => nfe),
    floor: [],
    runs: [],
  }
}

/** Runs of a table of before get the size of what the first evaluation predicts, by that evaluation. */
async function withSizes(
  table: QualityTable,
  source: MeasuredSource,
  signal: AbortSignalLike | undefined,
): Promise<QualityTable> {
  if (table.runs.every(({ size }) => size !== undefined)) return table
  const runs: QualityRun[] = []
  for (const [turn, run] of table.runs.entries()) {
    throwIfAborted(signal, 'measuring quality')
    const { flow, feeds } = source.flow(turn, run.seed)
    // Not where it showed something else than this turn would.
    const same = JSON.stringify(conditionFeatures(feeds).map(sixDigits)) === JSON.stringify(run.features)
    runs.push(same ? { ...run, size: await sizeOf(flow) } : run)
  }
  return { ...table, runs }
}

/** Cost: 1 evaluation. */
async function sizeOf({ noise, schedule, velocity }: Flow): Promise<number> {
  const first = sized(velocity, float32Space)
  const out = float32Space.allocate(noise)
  const call = { index: 0, branch: 'both', guidance: undefined, signal: undefined, out } as const
  await first.velocity(noise, schedule.sigmas[0]!, call)
  return sixDigits(first.size()!)
}

async function measureRun(
  flow: Flow,
  frontier: Plan,
  proxy: QualityProxy,
  withFloor: boolean,
  signal: AbortSignalLike | undefined,
): Promise<{ readonly run: Omit<QualityRun, 'seed' | 'features'>; readonly floor: readonly number[] }> {
  const first = sized(flow.velocity, float32Space)
  const references = (await rendered({ ...flow, velocity: first.velocity }, signal)).images
  const size = sixDigits(first.size()!)
  const scoreOf = (images: readonly RgbImage[]): Promise<number> =>
    scoreFrames(proxy, images, references, signal)
  const scores: number[] = []
  const landings: (readonly number[])[] = []
  for (const { budget } of frontier.document.plans) {
    const { images, mismatches } = await rendered(flow, signal, listening(frontier.at(budget)))
    scores.push(sixDigits(await scoreOf(images)))
    landings.push(landingLogs(mismatches).map(sixDigits))
  }
  const coarse = withFloor
    ? await rendered(flow, signal, undefined, coarserSchedule(flow.schedule))
    : undefined
  return { run: { size, scores, landings }, floor: coarse ? [sixDigits(await scoreOf(coarse.images))] : [] }
}

/** A plan whose landings are measured, at no evaluation. */
export function listening<State>(policy: SkipPolicy<State>): SkipPolicy<State> {
  return { ...policy, needs: [...policy.needs, 'mismatch'] }
}

async function rendered(
  flow: Flow,
  signal: AbortSignalLike | undefined,
  policy?: SkipPolicy<undefined>,
  schedule: Schedule = flow.schedule,
): Promise<{ readonly images: readonly RgbImage[]; readonly mismatches: readonly number[] }> {
  const { x, status, stats } = await sample({
    velocity: flow.velocity,
    schedule,
    x: flow.noise,
    space: float32Space,
    ...(policy ? { policy } : flow.solver && { solver: flow.solver }),
    ...(signal && { signal }),
  })
  if (status.kind !== 'completed') throw flow.failure(status)
  return { images: framesOf(flow, await flow.pixels(x, signal)), mismatches: stats.mismatches }
}

/** Six digits are more than any of these numbers has. */
function sixDigits(value: number): number {
  return Number(value.toPrecision(6))
}
