import { numStepsOf } from '@fastflow/core'
import { createPace, throwIfAborted } from '@fastflow/core/backend'
import type { Flow } from '@fastflow/pipelines'
import { checkSource } from '../check/values.ts'
import type { BenchDocument } from '../document.ts'
import { noLog } from '../log.ts'
import type { Grids } from '../method.ts'
import { exactMethod } from '../methods/controls.ts'
import type { BenchSource } from '../source/source.ts'
import { countingSource, createTally } from '../source/tally.ts'
import { checkSettings } from './check-settings.ts'
import { contestsOf } from './contests.ts'
import { expectedCost, expectedSamples } from './expected.ts'
import { withOracleChoice } from './oracle-choice.ts'
import { passesOfPlans } from './passes.ts'
import { prepareMethods } from './prepare.ts'
import { runSamples } from './samples.ts'
import type { BenchResult, BenchSettings } from './settings.ts'
import { summarizeRow } from './summarize-rows.ts'
import { followedMethods, trajectoriesOf } from './trajectories.ts'

/** The fine solution takes this many times the steps of the full run. */
const EXACT_FACTOR = 5

/**
 * Measures every method on the same noises. Methods take turns on each sample, in an order that rotates from sample
 * to sample, so that a machine that speeds up or slows down meets all of them alike.
 *
 * @throws FastFlowError `invalid-argument` naming the setting, also for settings that take a model that generates; `aborted`;
 *   whatever the source throws.
 */
export async function runBench<Shown = unknown>(
  plain: BenchSource,
  settings: BenchSettings<Shown>,
): Promise<BenchResult<Shown>> {
  checkSource(plain, ['planKey', 'prepareTurn', 'calibrate'])
  checkSettings(settings)
  const { numSteps, guidanceScale, budgets, log = noLog } = settings
  const tally = createTally(expectedCost(settings), settings.onProgress)
  if (log.cost !== undefined) tally.restore(log.cost)
  const pipe = countingSource(plain, tally)
  const gridOf = (steps: number): Flow['schedule'] =>
    pipe.planKey({ numSteps: steps, guidanceScale }).schedule
  const grids: Grids = { full: gridOf(numSteps), of: gridOf }
  const exact = settings.exact ? exactMethod(grids, EXACT_FACTOR * numSteps) : undefined
  const { methods, learning, plans } = await prepareMethods(pipe, { settings, grids, log, tally })
  const followed = settings.trajectories ? expectedSamples(followedMethods(methods, budgets), 1) : 0
  tally.enter('samples', followed + expectedSamples(exact ? [...methods, exact] : methods, settings.samples))
  const { result, lagMs } = await (settings.watchLoop ?? unwatched)(() =>
    runSamples(pipe, { settings, methods, exact, log, tally }),
  )
  const trajectories = settings.trajectories
    ? await log.once('trajectories', () => trajectoriesOf(pipe, methods, { settings, grids }), tally.cost)
    : undefined
  const runs = withOracleChoice(result.runs, budgets)
  const rows = runs.map((run) => summarizeRow(run, runs[0]!))
  const document: BenchDocument = {
    version: 1,
    model: pipe.model,
    steps: numSteps,
    samples: settings.samples,
    seed: settings.seed,
    guidanceScale,
    ...(settings.guidanceInterval && { guidanceInterval: settings.guidanceInterval }),
    ...(settings.numFrames !== undefined && { frames: settings.numFrames }),
    exactSteps: exact ? numStepsOf(exact.schedule) : 0,
    paperGenerations: settings.paperGenerations,
    planEvaluations: plans?.plan.document.calibration.evaluations ?? 0,
    planExactEvaluations: plans?.['plan-exact']?.document.calibration.evaluations ?? 0,
    tuningSamples: settings.tuningSamples,
    evaluations: tally.cost(),
    environment: {
      ...settings.environment,
      backend: pipe.executionProvider,
      eventLoopLagP99Ms: lagMs,
    },
    rows,
    contests: await contestsOf(
      runs,
      budgets,
      createPace(() => throwIfAborted(settings.signal, 'bench')),
    ),
    passes: passesOfPlans(rows),
    ...(trajectories && { trajectories }),
  }
  return { document, learning, comparisons: result.comparisons }
}

async function unwatched<Result>(work: () => Promise<Result>): Promise<{ result: Result; lagMs: number }> {
  return { result: await work(), lagMs: 0 }
}
