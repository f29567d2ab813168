import { throwIfAborted } from '@fastflow/core/backend'
import type { BenchLog } from '../log.ts'
import type { Method } from '../method.ts'
import { computationOf, distinctMethods } from '../method.ts'
import type { Measurement, Scores } from '../source/measure.ts'
import { measure, score } from '../source/measure.ts'
import type { BenchSource } from '../source/source.ts'
import type { Tally } from '../source/tally.ts'
import type { SampleRun } from './bench-sample.ts'
import type { BenchSettings } from './settings.ts'
import type { MethodRuns } from './summarize-rows.ts'

/** What is kept of one sample: the figures of every distinct computation. */
interface KeptSample<Shown> {
  readonly runs: readonly {
    readonly measurement: Omit<Measurement, 'pixels'>
    readonly scores: Scores
  }[]
  readonly comparison?: Shown
}

export interface SampleOptions<Shown> {
  readonly settings: BenchSettings<Shown>
  readonly methods: readonly Method[]
  /** The fine solution; none where nothing is compared with it. */
  readonly exact: Method | undefined
  readonly log: BenchLog
  readonly tally: Tally
}

/** Every method on every sample; the full run and the exact solution are computed once a sample. */
export async function runSamples<Shown>(
  pipe: BenchSource,
  options: SampleOptions<Shown>,
): Promise<{ readonly runs: readonly MethodRuns[]; readonly comparisons: readonly Shown[] }> {
  const { settings, methods, log, tally } = options
  const distinct = distinctMethods(methods)
  const kept: KeptSample<Shown>[] = []
  const report = (done: number): void => tally.report(`sample ${done} of ${settings.samples}`)
  report(0)
  for (let index = 0; index < settings.samples; index++) {
    kept.push(await log.once(`sample ${index}`, () => runSample(pipe, index, distinct, options), tally.cost))
    report(index + 1)
  }
  const runs = methods.map((method): MethodRuns => {
    const at = distinct.findIndex((one) => computationOf(one) === computationOf(method))
    const own = kept.map((sample) => sample.runs[at]!)
    const measurements = own.map(({ measurement }) => ({ ...measurement, method: method.name }))
    return { method: method.name, tuned: method.tuned, measurements, scores: own.map(({ scores }) => scores) }
  })
  return { runs, comparisons: kept.flatMap(({ comparison }) => comparison ?? []) }
}

async function runSample<Shown>(
  pipe: BenchSource,
  index: number,
  methods: readonly Method[],
  { settings, exact }: SampleOptions<Shown>,
): Promise<KeptSample<Shown>> {
  const { guidanceScale, signal, now } = settings
  const seed = settings.seed + index
  const flow = await pipe.prepareTurn(index, { seed, guidanceScale, signal })
  const measureOne = (method: Method): Promise<Measurement> => {
    throwIfAborted(signal, 'bench')
    return measure(flow, method, seed, signal, now)
  }
  const fine = exact && (await measureOne(exact))
  const measured = new Array<Measurement>(methods.length)
  for (let turn = 0; turn < methods.length; turn++) {
    const at = (turn + index) % methods.length
    const measurement = await measureOne(methods[at]!)
    measured[at] = measurement
    settings.onRun?.({ index, seed, label: flow.caption, flow, measurement })
  }
  const runs = measured.map(
    (measurement): SampleRun => ({ measurement, scores: score(flow, measurement, measured[0]!, fine) }),
  )
  const comparison = await settings.compare?.({ index, seed, label: flow.caption, flow, runs })
  return { runs: runs.map(withoutPixels), ...(comparison && { comparison }) }
}

function withoutPixels({
  measurement: { pixels, ...kept },
  scores,
}: SampleRun): KeptSample<never>['runs'][number] {
  return { measurement: kept, scores }
}
