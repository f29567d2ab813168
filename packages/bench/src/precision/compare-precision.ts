import { type AbortSignalLike, invalidArgument, type Plan, type PlanDocument } from '@fastflow/core'
import {
  checkCallback,
  checkFunction,
  checkOptions,
  checkSignal,
  type OptionNames,
  shown,
  throwIfAborted,
} from '@fastflow/core/backend'
import { psnrOfFloats, quantile, summarize } from '@fastflow/proxies'
import { checkEnvironment } from '../check/environment.ts'
import { checkRun, checkSamples } from '../check/run.ts'
import { checkEvaluations, checkList, checkSource } from '../check/values.ts'
import type { Method } from '../method.ts'
import { fullMethod } from '../methods/controls.ts'
import { givenPlan, makePlan } from '../methods/plans.ts'
import { ratioOf } from '../run/summarize-rows.ts'
import { type Measurement, measure } from '../source/measure.ts'
import type { BenchSource } from '../source/source.ts'
import type { PrecisionDocument, PrecisionRow } from './document.ts'
import { onFront } from './pareto.ts'

export interface PrecisionSettings {
  readonly numSteps: number
  readonly guidanceScale: number
  readonly budgets: readonly number[]
  readonly samples: number
  readonly seed: number
  /** Plans that all models follow; left out, each is calibrated, at the default cost. */
  readonly plans?: PlanDocument
  /** What the document says of the machine. */
  readonly environment: Pick<PrecisionDocument['environment'], 'node' | 'threads'>
  readonly signal: AbortSignalLike
  /** Milliseconds of a monotonic clock, e.g. `() => performance.now()`. */
  readonly now: () => number
  /** Runs done of all runs, and what is being done. */
  readonly onProgress?: (done: number, total: number, detail: string) => void
}

const settingNames: OptionNames<PrecisionSettings> = {
  numSteps: true,
  guidanceScale: true,
  budgets: true,
  samples: true,
  seed: true,
  plans: true,
  environment: true,
  signal: true,
  now: true,
  onProgress: true,
}

/** One model with one method, sample by sample. */
interface Runs {
  readonly model: string
  readonly method: Method
  readonly at: number
  readonly measured: Omit<Measurement, 'pixels'>[]
  readonly psnr: number[]
}

/**
 * Measures plans and precision of one model together: every folder with its full run and its plans at every budget, from the
 * same noise, each compared with the full run of the first. All of them take turns on each sample, in an order that rotates, so
 * that a machine that slows down meets all alike.
 *
 * Cost: `models x samples x (T + sum of budgets)` evaluations, and 20 full generations a model where plans are made.
 *
 * @param sources the first is the reference; all have to make pictures of the same size from the same noise.
 * @throws FastFlowError `invalid-argument` naming the setting, `policy-mismatch` for plans of another grid, `aborted`, and as the
 *   models do.
 */
export async function comparePrecision(
  sources: readonly BenchSource[],
  settings: PrecisionSettings,
): Promise<PrecisionDocument> {
  check(sources, settings)
  const { numSteps, guidanceScale, budgets, samples, seed, signal, now, onProgress } = settings
  const { frontiers, methods } = await prepare(sources, settings)
  const runs = sources.flatMap(({ model }, at): Runs[] =>
    methods[at]!.map((method) => ({ model, method, at, measured: [], psnr: [] })),
  )
  for (let index = 0; index < samples; index++) {
    const options = { seed: seed + index, guidanceScale, numSteps, signal }
    const flows = await Promise.all(sources.map((source) => source.prepareTurn(index, options)))
    const made = new Array<Measurement>(runs.length)
    for (let turn = 0; turn < runs.length; turn++) {
      const at = (turn + index) % runs.length
      throwIfAborted(signal, 'bench')
      const run = runs[at]!
      made[at] = await measure(flows[run.at]!, run.method, seed + index, signal, now)
      onProgress?.(index * runs.length + turn + 1, samples * runs.length, 'runs')
    }
    for (const [at, { pixels, ...kept }] of made.entries()) {
      runs[at]!.measured.push(kept)
      runs[at]!.psnr.push(psnrOf(pixels, made[0]!.pixels, runs[at]!.model))
    }
  }
  return {
    version: 1,
    models: sources.map(({ model }) => model),
    steps: numSteps,
    samples,
    seed,
    guidanceScale,
    planEvaluations: frontiers.map(({ document }) =>
      settings.plans === undefined && budgets.length > 0 ? document.calibration.evaluations : 0,
    ),
    environment: { ...settings.environment, backend: sources[0]!.executionProvider },
    rows: rowsOf(runs),
  }
}

async function prepare(
  sources: readonly BenchSource[],
  settings: PrecisionSettings,
): Promise<{ readonly frontiers: readonly Plan[]; readonly methods: readonly (readonly Method[])[] }> {
  const { numSteps, guidanceScale, budgets, signal, plans, onProgress } = settings
  const frontiers: Plan[] = []
  const methods: (readonly Method[])[] = []
  for (const source of sources) {
    const { schedule } = source.planKey({ numSteps, guidanceScale })
    const planning = { schedule, guidanceScale, budgets, signal }
    const report: Parameters<typeof makePlan>[3] = ({ evaluations, limit }) =>
      onProgress?.(evaluations, limit, `evaluations, plan of ${source.model}`)
    const frontier = plans ? givenPlan(plans, schedule) : await makePlan(source, planning, {}, report)
    frontiers.push(frontier)
    methods.push([
      fullMethod({ full: schedule }),
      ...budgets.map((nfe) => ({
        name: `plan-${nfe}`,
        schedule,
        options: () => ({ policy: frontier.at(nfe) }),
      })),
    ])
  }
  return { frontiers, methods }
}

function rowsOf(runs: readonly Runs[]): readonly PrecisionRow[] {
  const full = runs[0]!.measured
  const rows = runs.map(({ model, method, measured, psnr }) => {
    const mean = (value: (one: Runs['measured'][number]) => number): number =>
      measured.reduce((sum, one) => sum + value(one), 0) / measured.length
    return {
      model,
      method: method.name,
      nfe: mean(({ nfe }) => nfe),
      passes: mean(({ passes }) => passes),
      psnr: summarize(psnr),
      wallMs: mean(({ wallMs }) => wallMs),
      time: quantile(
        measured.map(({ wallMs }, i) => ratioOf(wallMs, full[i]!.wallMs)),
        0.5,
      ),
    }
  })
  const front = onFront(rows)
  return rows.map((row, at) => ({ ...row, pareto: front[at]! }))
}

function psnrOf(pixels: Float32Array, reference: Float32Array, model: string): number {
  if (pixels.length === reference.length) return psnrOfFloats(pixels, reference, 2)
  const message = `${model} makes ${pixels.length} values where the first makes ${reference.length}; compare copies of one model`
  throw invalidArgument('sources', message)
}

function check(sources: readonly BenchSource[], settings: PrecisionSettings): void {
  if (checkList('sources', sources, 'models').length < 2)
    throw invalidArgument('sources', 'has one model; pass the reference and what is compared with it')
  const names = sources.map(({ model }) => model)
  const twice = names.find((name, n) => names.indexOf(name) !== n)
  if (twice !== undefined)
    throw invalidArgument('sources', `has two models called ${shown(twice)}; rename one`)
  for (const source of sources) checkSource(source, ['planKey', 'prepareTurn', 'calibrate'])
  checkOptions('settings', settings, settingNames)
  checkRun(settings)
  checkSamples(settings)
  checkEvaluations('budgets', settings.budgets)
  checkEnvironment(settings.environment)
  checkSignal(settings.signal)
  checkFunction('now', settings.now, '() => performance.now()')
  checkCallback('onProgress', settings.onProgress, '(done, total, detail) => ...')
}
