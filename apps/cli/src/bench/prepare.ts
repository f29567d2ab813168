import type { PaperState } from '@fastflow/pipelines'
import type { LearningCurve } from '../report/document.ts'
import { fixedMethods, flatMethod, floorMethod, fullMethod, paperMethod } from './controls.ts'
import { learnPaper } from './learn.ts'
import type { Grids, Method } from './method.ts'
import { loadPeers, ruleFamilies } from './peer-rules.ts'
import { solverFamilies } from './peer-solvers.ts'
import { makePlans, type Plans, planMethods } from './plans.ts'
import { recordRun, velocityNorms } from './record-run.ts'
import type { BenchSettings } from './run.ts'
import { tune } from './tune.ts'
import type { TurnPipeline } from './turns.ts'

/** Tuning noises: no sample, no calibration and no learning uses them. */
const TUNING_SEED = 2_000_000

/** Every method of the bench, ready to run; learning, calibrating and tuning happen here. */
export async function prepareMethods(
  pipe: TurnPipeline,
  settings: BenchSettings,
  grids: Grids,
): Promise<{ methods: readonly Method[]; learning: LearningCurve; planEvaluations: number }> {
  const { state, curve } = await learn(pipe, settings)
  const plans = settings.plans ? await plan(pipe, settings, grids) : undefined
  const tuned = settings.tuningSamples > 0 ? await tuneAll(pipe, settings, grids) : []
  const methods = [
    fullMethod(grids),
    floorMethod(grids),
    ...settings.budgets.flatMap((nfe) => [
      ...fixedMethods(grids, nfe),
      ...(plans ? planMethods(grids.full, plans, nfe) : []),
    ]),
    ...tuned,
    flatMethod(grids),
    paperMethod(grids, state),
  ]
  return { methods, learning: curve, planEvaluations: plans?.plan.document.calibration.evaluations ?? 0 }
}

async function learn(
  pipe: TurnPipeline,
  { numSteps, guidanceScale, paperGenerations, signal, onProgress }: BenchSettings,
): Promise<{ state: PaperState; curve: LearningCurve }> {
  return learnPaper(pipe, {
    generations: paperGenerations,
    numSteps,
    guidanceScale,
    signal,
    onGeneration: (done, nfe) => onProgress?.(done, paperGenerations, `learning, ${nfe} evaluations`),
  })
}

async function plan(pipe: TurnPipeline, settings: BenchSettings, grids: Grids): Promise<Plans> {
  const { guidanceScale, budgets, signal, onProgress } = settings
  const options = { schedule: grids.full, guidanceScale, budgets, signal }
  return makePlans(pipe, {
    ...options,
    onProgress: (done, total, stage) => onProgress?.(done, total, `planning evaluations, ${stage}`),
  })
}

async function tuneAll(
  pipe: TurnPipeline,
  settings: BenchSettings,
  grids: Grids,
): Promise<readonly Method[]> {
  const { budgets, guidanceScale, tuningSamples, signal, onProgress } = settings
  const seeds = Array.from({ length: tuningSamples }, (_, i) => TUNING_SEED + i)
  const peers = await loadPeers()
  const run = { schedule: grids.full, guidanceScale, seed: seeds[0]! }
  const norms = peers ? velocityNorms(await recordRun(pipe, run), settings.numSteps) : []
  const families = [
    ...solverFamilies(grids, budgets),
    ...(peers ? ruleFamilies(peers, grids.full, norms) : []),
  ]
  return tune(pipe, families, {
    full: fullMethod(grids),
    guidanceScale,
    budgets,
    seeds,
    signal,
    onProgress: (done, total) => onProgress?.(done, total, 'tuning runs'),
  })
}
