import { throwIfAborted } from '@fastflow/core/backend'
import type { BenchLog } from '../log.ts'
import type { Method } from '../method.ts'
import { computationOf, distinctMethods } from '../method.ts'
import type { Measurement, Scores } from '../source/measure.ts'
import { measure, score } from '../source/measure.ts'
import type { BenchSource } from '../source/source.ts'
import type { Tally } from '../source/tally.ts'
import type { SampleRun } from './bench-sample.ts'
import { judgedMethod } from './gallery.ts'
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
  const judge = methods.find(({ name }) => name === judgedMethod(settings.budgets))
  const judged = distinct.findIndex((one) => judge && computationOf(one) === computationOf(judge))
  const psnrOf = ({ runs }: Pick<KeptSample<Shown>, 'runs'>): number => runs[judged]?.scores.psnr ?? Infinity
  const { shownSamples = settings.samples } = settings
  for (let index = 0; index < settings.samples; index++) {
    const least = Math.min(...kept.map(psnrOf))
    const shows = (runs: KeptSample<Shown>['runs']): boolean =>
      index < shownSamples || psnrOf({ runs }) < least
    const run = () => runSample(pipe, index, distinct, { ...options, shows })
    kept.push(await log.once(`sample ${index}`, run, tally.cost))
    report(index + 1)
  }
  const worst = kept.map(psnrOf).indexOf(Math.min(...kept.map(psnrOf)))
  const shown = kept.filter((_, index) => index < shownSamples || (judged >= 0 && index === worst))
  const runs = methods.map((method): MethodRuns => {
    const at = distinct.findIndex((one) => computationOf(one) === computationOf(method))
    const own = kept.map((sample) => sample.runs[at]!)
    const measurements = own.map(({ measurement }) => ({ ...measurement, method: method.name }))
    return { method: method.name, tuned: method.tuned, measurements, scores: own.map(({ scores }) => scores) }
  })
  return { runs, comparisons: shown.flatMap(({ comparison }) => comparison ?? []) }
}

async function runSample<Shown>(
  pipe: BenchSource,
  index: number,
  methods: readonly Method[],
  { settings, exact, shows }: SampleOptions<Shown> & { shows(runs: readonly SampleRun[]): boolean },
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
  const comparison = shows(runs)
    ? await settings.compare?.({ index, seed, label: flow.caption, flow, runs })
    : undefined
  return { runs: runs.map(withoutPixels), ...(comparison && { comparison }) }
}

function withoutPixels({
  measurement: { pixels, ...kept },
  scores,
}: SampleRun): KeptSample<never>['runs'][number] {
  return { measurement: kept, scores }
}
