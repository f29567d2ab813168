import type { AbortSignalLike } from '@fastflow/core'
import {
  calibrate,
  invalidArgument,
  type Plan,
  type PlanDocument,
  parsePlan,
  planFromMask,
  type SkipPolicy,
} from '@fastflow/core'
import {
  checkFunction,
  checkOptions,
  checkSignal,
  checkWhole,
  type OptionNames,
  throwIfAborted,
} from '@fastflow/core/backend'
import type { Flow } from '@fastflow/pipelines'
import { checkRun, checkSamples } from '../check/run.ts'
import { checkLog, checkSource } from '../check/values.ts'
import type { BenchCost } from '../document.ts'
import type { BenchLog } from '../log.ts'
import type { Grids, Method } from '../method.ts'
import { exactMethod, fullMethod } from '../methods/controls.ts'
import { measure, score } from '../source/measure.ts'
import { recordRun } from '../source/record-run.ts'
import type { BenchFlow, GeneratingSource } from '../source/source.ts'
import { probed } from './probe.ts'

/** One plan on one sample. */
export interface PoolRun {
  readonly nfe: number
  /** dB to the own full run. */
  readonly psnr: number
  /** dB to the exact solution. */
  readonly exactPsnr: number
  /** How far the forecast was off where each evaluation but the first was made. */
  readonly mismatches: readonly number[]
  /** Evaluations until the flow's sensitivity was probed, and what came out. */
  readonly probe?: { readonly at: number; readonly stretch: number }
}

/** Everything that is computed on one noise. */
export interface PoolSample {
  readonly subject: number
  /** Of the full run. */
  readonly exactPsnr: number
  /** By budget. */
  readonly plans: Readonly<Record<number, PoolRun>>
  /** Plans of the same budgets with more of their evaluations early. */
  readonly early: Readonly<Record<number, PoolRun>>
}

export interface PoolSettings {
  readonly samples: number
  readonly seed: number
  readonly numSteps: number
  readonly guidanceScale: number
  /** How many subjects take turns. */
  readonly subjects: number
  readonly signal: AbortSignalLike
  readonly log: BenchLog
  readonly onProgress: (done: number, total: number, detail: string) => void
}

const names: OptionNames<PoolSettings> = {
  samples: true,
  seed: true,
  numSteps: true,
  guidanceScale: true,
  subjects: true,
  signal: true,
  log: true,
  onProgress: true,
}

/** Plans and what they did on every sample. */
export interface Pool {
  readonly document: PlanDocument
  readonly numSteps: number
  readonly samples: readonly PoolSample[]
}

/** The exact solution takes this many times the steps of the full run, at third order. */
const EXACT_FACTOR = 2
/** Runs that the weights of the early plans are fitted on; seeds as far from all others as those of calibrations. */
const FIT = { runs: 4, seed: 3_000_000 } as const
/** Part of the grid after which the sensitivity is probed: the picture is decided in the first quarter. */
const PROBE_AFTER = 0.15

/** Budgets at which guards meet static plans. */
export const CONTESTED: readonly number[] = [10, 12, 15]

const noCost = (): BenchCost => ({ learning: 0, planning: 0, oracle: 0, tuning: 0, samples: 0 })

/**
 * Runs the plans that `accelerate: 'plan'` follows on every noise, and what guards need to know besides.
 *
 * @throws FastFlowError `invalid-argument` naming the setting, also where there are no plans to follow; `aborted`; whatever the
 *   source throws.
 */
export async function recordPool(pipe: GeneratingSource, settings: PoolSettings): Promise<Pool> {
  checkSettings(pipe, settings)
  const { numSteps, guidanceScale, log, samples, signal, onProgress } = settings
  const gridOf = (steps: number): Flow['schedule'] =>
    pipe.planKey({ numSteps: steps, guidanceScale }).schedule
  const grids: Grids = { full: gridOf(numSteps), of: gridOf }
  const document = await log.once('plan', () => followedPlan(pipe, settings), noCost)
  const planned = parsePlan(document)
  const fitted = await log.once('early', () => earlyPlans(pipe, planned, settings), noCost)
  const early = parsePlan(fitted)
  const recorded: PoolSample[] = []
  for (let index = 0; index < samples; index++) {
    throwIfAborted(signal, 'bench')
    const make = (): Promise<PoolSample> => recordSample(pipe, index, { settings, grids, planned, early })
    recorded.push(await log.once(`sample ${index}`, make, noCost))
    onProgress(index + 1, samples, 'samples')
  }
  return { document: planned.document, numSteps, samples: recorded }
}

function checkSettings(pipe: GeneratingSource, settings: PoolSettings): void {
  checkSource(pipe, ['planKey', 'prepareTurn', 'generateTurn'])
  checkOptions('settings', settings, names)
  checkRun(settings)
  checkSamples(settings)
  checkWhole('subjects', settings.subjects, 1)
  checkSignal(settings.signal)
  checkLog(settings.log ?? null)
  checkFunction('onProgress', settings.onProgress, '(done, total, detail) => ...')
}

async function followedPlan(pipe: GeneratingSource, settings: PoolSettings): Promise<PlanDocument> {
  const { numSteps, guidanceScale, signal } = settings
  const seed = FIT.seed + FIT.runs
  const { plan, notes } = await pipe.generateTurn(0, {
    seed,
    numSteps,
    guidanceScale,
    signal,
    accelerate: 'plan',
  })
  if (plan === undefined)
    throw invalidArgument('numSteps', `${notes.join('; ')}: nothing to measure; take more steps`)
  // Budgets of this bench are evaluations; plans that run only one of guidance's passes are left to others.
  const { joint, ...evaluations } = plan as PlanDocument & { joint?: unknown }
  return evaluations
}

/** The early part of a plan two budgets larger, and as much of the own later part as is left over, evenly thinned. */
function earlyNodes({ document, budgets }: Plan, budget: number): readonly number[] {
  const nodesOf = (of: number): readonly number[] => document.plans.find((plan) => plan.budget === of)!.nodes
  const quarter = (document.key.schedule.sigmas.length - 1) / 4
  const larger = budgets[budgets.indexOf(budget) + 2]!
  const head = nodesOf(larger).filter((node) => node < quarter)
  const tail = nodesOf(budget).filter((node) => node >= quarter)
  const room = budget - head.length
  return [
    ...head,
    ...Array.from({ length: room }, (_, k) => tail[Math.floor(((k + 0.5) * tail.length) / room)]!),
  ]
}

/** Plans with {@link earlyNodes}, their weights fitted as the planner fits them. */
async function earlyPlans(
  pipe: GeneratingSource,
  planned: Plan,
  { guidanceScale, signal }: PoolSettings,
): Promise<PlanDocument> {
  const { document, budgets } = planned
  const { schedule } = document.key
  const wanted = CONTESTED.filter((budget) => {
    const at = budgets.indexOf(budget)
    return at >= 0 && at + 2 < budgets.length
  })
  const recorded = []
  for (let k = 0; k < FIT.runs; k++)
    recorded.push(await recordRun(pipe, { schedule, guidanceScale, seed: FIT.seed + k, signal }))
  const quality = { mean: 0, p10: 0, min: 0, runs: 0, basis: 'none' } as const
  const plans = wanted.map((budget) => {
    const steps = planFromMask(maskOf(earlyNodes(planned, budget), schedule), schedule)
    return { ...steps, budget, nfe: budget, quality, scores: [], scoredOn: [] }
  })
  const start = parsePlan({ ...document, plans })
  const planning = { schedule, recorded, evaluations: 0, budgets: wanted, start, signal }
  return (await calibrate(planning)).toJSON()
}

function maskOf(nodes: readonly number[], { sigmas }: Flow['schedule']): number[] {
  return sigmas.slice(1).map((_, k) => (nodes.includes(k) ? 1 : 0))
}

interface SampleJob {
  readonly settings: PoolSettings
  readonly grids: Grids
  readonly planned: Plan
  readonly early: Plan
}

async function recordSample(
  pipe: GeneratingSource,
  index: number,
  { settings, grids, planned, early }: SampleJob,
): Promise<PoolSample> {
  const { numSteps, guidanceScale, signal } = settings
  const seed = settings.seed + index
  const subject = index % settings.subjects
  const flow = await pipe.prepareTurn(subject, { seed, guidanceScale, numSteps, signal })
  const run = (method: Method, of: BenchFlow = flow) => measure(of, method, seed, signal)
  const exact = await run(exactMethod(grids, EXACT_FACTOR * numSteps))
  const full = await run(fullMethod(grids))
  const follow = async (policy: SkipPolicy<undefined>, name: string, probe: boolean): Promise<PoolRun> => {
    const measured = measuring(policy)
    const sensed = probe ? probed(flow.velocity, PROBE_AFTER * numSteps) : undefined
    const method: Method = { name, schedule: grids.full, options: () => ({ policy: measured.policy }) }
    const one = await run(method, sensed ? { ...flow, velocity: sensed.velocity } : flow)
    const { psnr, exactPsnr } = score(flow, one, full, exact)
    const at = sensed?.at()
    return {
      nfe: one.nfe,
      psnr,
      exactPsnr,
      mismatches: measured.mismatches,
      ...(at !== undefined && { probe: { at, stretch: sensed!.stretch()! } }),
    }
  }
  const plans: Record<number, PoolRun> = {}
  const largest = planned.budgets.at(-1)
  for (const budget of planned.budgets)
    plans[budget] = await follow(planned.at(budget), `plan-${budget}`, budget !== largest)
  const ahead: Record<number, PoolRun> = {}
  for (const budget of early.budgets) ahead[budget] = await follow(early.at(budget), `early-${budget}`, false)
  return { subject, exactPsnr: score(flow, full, full, exact).exactPsnr, plans, early: ahead }
}

/** The same policy, told how far forecasts were off. */
function measuring(plain: SkipPolicy<undefined>): {
  readonly policy: SkipPolicy<undefined>
  readonly mismatches: number[]
} {
  const mismatches: number[] = []
  const policy: SkipPolicy<undefined> = {
    ...plain,
    needs: [...plain.needs, 'mismatch'],
    observe(state, feedback) {
      mismatches.push(feedback.mismatch)
      return plain.observe(state, feedback)
    },
  }
  return { policy, mismatches }
}
