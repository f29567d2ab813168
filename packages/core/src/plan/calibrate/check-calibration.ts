import { checkOptions, type OptionNames } from '../../check/options.ts'
import { shown } from '../../check/shown.ts'
import {
  checkCallback,
  checkFlag,
  checkNumbers,
  checkSignal,
  checkWhole,
  isNumbers,
} from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import { isRecord } from '../../json/json.ts'
import { checkSchedule } from '../../schedule/schedule.ts'
import { checkNamedSolver } from '../../solver/check-solver.ts'
import { checkSpace } from '../../space/check-space.ts'
import { checkConfidence } from '../document/certificate.ts'
import { checkFrontier } from '../document/check-frontier.ts'
import { keyNames } from '../document/key-names.ts'
import { mostRuns } from '../document/seeds.ts'
import type { CalibrateOptions } from './options.ts'

export const calibrateNames: OptionNames<CalibrateOptions> = {
  velocity: true,
  velocityOf: true,
  schedule: true,
  solver: true,
  noise: true,
  space: true,
  budgets: true,
  evaluations: true,
  runs: true,
  seeds: true,
  recorded: true,
  target: true,
  guided: true,
  passes: true,
  depth: true,
  ridge: true,
  range: true,
  floorRuns: true,
  key: true,
  start: true,
  signal: true,
  certify: true,
  onProgress: true,
  checkpoint: true,
  onCheckpoint: true,
}

/** The kinds of all values; their ranges depend on each other. @throws FastFlowError `invalid-argument`. */
export function checkCalibration<T>(options: CalibrateOptions<T>): void {
  checkSchedule(options.schedule)
  if (options.solver !== undefined) checkNamedSolver('solver', options.solver)
  checkCallback('velocity', options.velocity, '(x, sigma) => dx/dsigma')
  checkCallback('velocityOf', options.velocityOf, '(seed) => velocity')
  checkCallback('noise', options.noise, '(seed) => fillNormal(new Float32Array(n), seed)')
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
  checkCallback('onCheckpoint', options.onCheckpoint, '(checkpoint) => ...')
  if (options.space !== undefined) checkSpace(options.space)
  for (const name of ['budgets', 'passes', 'seeds'] as const)
    if (options[name] !== undefined) checkNumbers(name, options[name], 'whole numbers')
  for (const seed of options.seeds ?? []) checkWhole('seeds', seed, Number.MIN_SAFE_INTEGER)
  if (options.runs !== undefined) checkWhole('runs', options.runs, 0, mostRuns)
  if (options.evaluations !== undefined) checkWhole('evaluations', options.evaluations, 0)
  if (options.certify !== undefined) checkConfidence('certify', options.certify)
  checkRecorded(options.recorded)
  checkFlag('guided', options.guided)
  checkSignal(options.signal)
  if (options.key !== undefined) checkOptions('key', options.key, keyNames)
  if (options.start !== undefined) checkFrontier('start', options.start)
  if (options.checkpoint !== undefined && !isRecord(options.checkpoint))
    throw invalidArgument('checkpoint', `${shown(options.checkpoint)} is not what onCheckpoint was told`)
}

function checkRecorded(recorded: unknown): void {
  if (recorded === undefined) return
  const wanted = 'recorded runs, as finish() of a recorder gives them'
  if (!Array.isArray(recorded))
    throw invalidArgument('recorded', `${shown(recorded)} is not a list; pass ${wanted}`)
  const odd = recorded.findIndex(
    (run) => !isRecord(run) || !Array.isArray(run.states) || !isNumbers(run.gram),
  )
  if (odd >= 0)
    throw invalidArgument(`recorded[${odd}]`, `${shown(recorded[odd])} is not a recorded run; pass ${wanted}`)
}
