import { checkOptions, type OptionNames } from '../../check/options.ts'
import { checkFlag, checkFunction, checkWhole } from '../../check/values.ts'
import { checkSchedule } from '../../schedule/schedule.ts'
import { baselineMatrix } from '../../solver/baseline-matrix.ts'
import { checkNamedSolver } from '../../solver/check-solver.ts'
import { checkSpace } from '../../space/check-space.ts'
import type { RecorderOptions } from './recorder-options.ts'

/** What a run that is recorded is given. @throws FastFlowError `invalid-argument` naming the option. */
export function checkRecording<T>(
  options: RecorderOptions<T>,
  names: OptionNames<RecorderOptions<never>>,
): void {
  checkOptions('options', options, names)
  checkFunction('velocity', options.velocity, '(x, sigma) => dx/dsigma')
  checkSchedule(options.schedule)
  if (options.solver !== undefined)
    baselineMatrix(checkNamedSolver('solver', options.solver), options.schedule.sigmas)
  checkSpace(options.space)
  checkWhole('seed', options.seed, Number.MIN_SAFE_INTEGER)
  checkFlag('guided', options.guided)
}
