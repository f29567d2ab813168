import {
  coarserSchedule,
  FastFlowError,
  type Frontier,
  float32Space,
  invalidArgument,
  type QualityProxy,
  type RgbImage,
  type Schedule,
  type SkipPolicy,
  sample,
} from '@fastflow/core'
import { checkCallback, checkOneOf, checkSignal, checkWhole, throwIfAborted } from '@fastflow/core/backend'
import { type Flow, framesOf } from '../flow.ts'
import { checkPlanDocument } from '../plan/check-document.ts'
import { planDigest, planKeyOf } from '../plan/key.ts'
import { readPlan } from '../plan/planned.ts'
import type { RunKey } from '../policy/document.ts'
import { findPolicy, type PolicyPlaces } from '../policy/places.ts'
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
 * stored after every run, so that an interrupted call goes on, and a later one with more runs adds to it.
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
  checkSignal(signal)
  checkCallback('onProgress', onProgress, '(done, total) => ...')
  const total = checkWhole('runs', runs, 1)
  const floorRuns = Math.min(total, checkWhole('floorRuns', most, 0))
  const proxy = proxyOf(metric, options.proxy)
  if (proxy === undefined)
    throw invalidArgument('proxy', `is missing; pass a QualityProxy that measures ${metric}`)
  const { key, frontier } = await plansFor(source.run, options, places)
  const { table: found } = await findTable(places, { key, frontier, metric })
  // Scores of different proxies do not mix.
  const usable = found?.proxy.version === proxy.version ? found : undefined
  let table = usable ? await withSizes(usable, source) : emptyTable(key, frontier, options, proxy)
  if (usable && table !== usable) await places.store.save(tableDigest(key, metric), table)
  for (let turn = table.runs.length; turn < total; turn++) {
    throwIfAborted(signal, 'measuring quality')
    onProgress?.(turn, total)
    const seed = FIRST_SEED + turn
    const { flow, feeds } = source.flow(turn, seed)
    const measured = await measureRun(flow, frontier, proxy, turn < floorRuns)
    const run: QualityRun = { seed, features: conditionFeatures(feeds).map(brief), ...measured.run }
    table = { ...table, runs: [...table.runs, run], floor: [...table.floor, ...measured.floor] }
    await places.store.save(tableDigest(key, metric), table)
  }
  onProgress?.(total, total)
  return table
}

/** @throws FastFlowError `policy-unreadable` where there are no plans to measure. */
async function plansFor(
  run: RunKey,
  { plan }: QualityOptions,
  places: PolicyPlaces,
): Promise<{ readonly key: string; readonly frontier: Frontier }> {
  const planKey = planKeyOf(run)
  const key = planDigest(planKey)
  const found = plan ? { document: plan, source: 'plan' } : await findPolicy(places, key)
  if (found !== undefined) return { key, frontier: readPlan(found, planKey) }
  const message = 'plan: there is none for these settings; make one first, with calibrate'
  throw new FastFlowError({ code: 'policy-unreadable', field: 'plan', message })
}

function emptyTable(
  key: string,
  { document }: Frontier,
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
async function withSizes(table: QualityTable, source: MeasuredSource): Promise<QualityTable> {
  if (table.runs.every(({ size }) => size !== undefined)) return table
  const runs: QualityRun[] = []
  for (const [turn, run] of table.runs.entries()) {
    const { flow, feeds } = source.flow(turn, run.seed)
    // Not where it showed something else than this turn would.
    const same = JSON.stringify(conditionFeatures(feeds).map(brief)) === JSON.stringify(run.features)
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
  return brief(first.size()!)
}

async function measureRun(
  flow: Flow,
  frontier: Frontier,
  proxy: QualityProxy,
  withFloor: boolean,
): Promise<{ readonly run: Omit<QualityRun, 'seed' | 'features'>; readonly floor: readonly number[] }> {
  const first = sized(flow.velocity, float32Space)
  const references = (await rendered({ ...flow, velocity: first.velocity })).images
  const size = brief(first.size()!)
  const scoreOf = (images: readonly RgbImage[]): Promise<number> => scoreFrames(proxy, images, references)
  const scores: number[] = []
  const landings: (readonly number[])[] = []
  for (const { budget } of frontier.document.plans) {
    const { images, mismatches } = await rendered(flow, listening(frontier.at(budget)))
    scores.push(brief(await scoreOf(images)))
    landings.push(landingLogs(mismatches).map(brief))
  }
  const coarse = withFloor ? await rendered(flow, undefined, coarserSchedule(flow.schedule)) : undefined
  return { run: { size, scores, landings }, floor: coarse ? [brief(await scoreOf(coarse.images))] : [] }
}

/** A plan whose landings are measured, at no evaluation. */
export function listening<State>(policy: SkipPolicy<State>): SkipPolicy<State> {
  return { ...policy, needs: [...policy.needs, 'mismatch'] }
}

async function rendered(
  flow: Flow,
  policy?: SkipPolicy<undefined>,
  schedule: Schedule = flow.schedule,
): Promise<{ readonly images: readonly RgbImage[]; readonly mismatches: readonly number[] }> {
  const { x, status, stats } = await sample({
    velocity: flow.velocity,
    schedule,
    x: flow.noise,
    space: float32Space,
    ...(policy && { policy }),
  })
  if (status.kind !== 'completed') throw flow.failure(status)
  return { images: framesOf(flow, await flow.pixels(x)), mismatches: stats.mismatches }
}

/** Six digits are more than any of these numbers has. */
function brief(value: number): number {
  return Number(value.toPrecision(6))
}
