import { isRecord } from '@fastflow/core'
import {
  checkCallback,
  checkFlag,
  checkFunction,
  checkOneOf,
  checkOptions,
  checkSignal,
  checkWhole,
  type OptionNames,
  readArgument,
} from '@fastflow/core/backend'
import { checkEnvironment } from '../check/environment.ts'
import { checkParts, checkRun, checkSamples } from '../check/run.ts'
import { checkEvaluations, checkLog } from '../check/values.ts'
import type { BenchSettings, BenchTerms } from './settings.ts'

const termNames: OptionNames<BenchTerms> = {
  numSteps: true,
  guidanceScale: true,
  guidanceInterval: true,
  numFrames: true,
  budgets: true,
  samples: true,
  seed: true,
  paperGenerations: true,
  plans: true,
  exact: true,
  controls: true,
  oracle: true,
  tuningSamples: true,
}

const names: OptionNames<BenchSettings> = {
  ...termNames,
  trajectories: true,
  shownSamples: true,
  environment: true,
  signal: true,
  now: true,
  watchLoop: true,
  log: true,
  onRun: true,
  onProgress: true,
  compare: true,
}

/** @throws FastFlowError `invalid-argument` naming the term. */
export function checkTerms(terms: BenchTerms): void {
  checkOptions('terms', terms, termNames)
  checkAmounts(terms)
}

/** @throws FastFlowError `invalid-argument` naming the setting. */
export function checkSettings<Shown>(settings: BenchSettings<Shown>): void {
  checkOptions('settings', settings, names)
  checkAmounts(settings)
  const { environment, signal, now, watchLoop, log, onRun, onProgress, compare } = settings
  checkFlag('trajectories', settings.trajectories)
  if (settings.shownSamples !== undefined) checkWhole('shownSamples', settings.shownSamples, 0)
  checkEnvironment(environment)
  checkSignal(signal)
  checkFunction('now', now, '() => performance.now()')
  checkCallback('watchLoop', watchLoop, 'async (work) => ({ result: await work(), lagMs })')
  checkLog(log)
  checkCallback('onRun', onRun, '(run) => ...')
  checkCallback('onProgress', onProgress, '(done, total, detail) => ...')
  checkCallback('compare', compare, 'async (sample) => ...')
}

function checkAmounts(terms: BenchTerms): void {
  const { budgets, paperGenerations, plans, exact, controls, oracle, tuningSamples } = terms
  checkRun(terms)
  checkParts(terms)
  checkSamples(terms)
  checkEvaluations('budgets', budgets)
  checkWhole('paperGenerations', paperGenerations, 0)
  if (isRecord(plans)) checkPlans(plans)
  else checkOneOf('plans', plans, ['calibrated', 'own', 'none'])
  checkFlag('exact', exact)
  checkOneOf('controls', controls, ['all', 'ab2', 'none'])
  checkFlag('oracle', oracle)
  checkWhole('tuningSamples', tuningSamples, 0)
}

/** That a document is one of plans; what is in it is read where plans are made of it. */
function checkPlans(plans: unknown): void {
  const field = readArgument('plans', plans, 'the document of a calibration, or calibrated, own or none')
  field.at('format').oneOf(['fastflow-plan'])
}
