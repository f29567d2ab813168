import { checkOptions, type OptionNames } from '../check/options.ts'
import { checkPositive } from '../check/values.ts'
import { checkNumSteps, createSchedule, type Schedule } from '../schedule/schedule.ts'
import { flowMatchEuler } from './flow-match.ts'
import { named, openConfig, refuseSwitches, unsupported } from './read-config.ts'
import type { SchedulerConfig } from './scheduler-config.ts'
import { spacings } from './spacing.ts'

export interface FromConfigOptions {
  /** Number of latent tokens; needed where the config shifts dynamically. */
  readonly imageSeqLen?: number
}

const names: OptionNames<FromConfigOptions> = { imageSeqLen: true }

/**
 * The grid of a `FlowMatchEulerDiscreteScheduler` config, T from 1 to 100,000: `1, ..., 1/T` shifted, then 0.
 *
 * This is what Diffusers' pipelines of FLUX and its relatives run: they pass `sigmas = linspace(1, 1/T, T)`.
 * {@link baselineFromConfig} reads more: other grids and schedulers, their timesteps and solvers. Dynamic shifting
 * follows the pipelines: `mu` is linear in the number of latent tokens, and the shift is `e^mu` (`exponential`) or `mu`
 * (`linear`).
 *
 * @throws FastFlowError `unsupported` for another scheduler class or a field with no equivalent here,
 *   `invalid-argument` for a number of steps out of range, and when dynamic shifting lacks `imageSeqLen`.
 */
export function scheduleFromConfig(
  config: SchedulerConfig,
  numSteps: number,
  options: FromConfigOptions = {},
): Schedule {
  const steps = checkNumSteps(numSteps)
  checkOptions('options', options, names)
  const { imageSeqLen } = options
  if (imageSeqLen !== undefined) checkPositive('imageSeqLen', imageSeqLen)
  const file = openConfig(config)
  const { value: name = 'FlowMatchEulerDiscreteScheduler' } = file.at('_class_name')
  if (name !== 'FlowMatchEulerDiscreteScheduler') {
    throw unsupported(
      file.at('_class_name'),
      `${named(name)} is not a flow-matching scheduler that is read here; available: FlowMatchEulerDiscreteScheduler`,
    )
  }
  refuseSwitches(file, Object.keys(spacings))
  const grid = flowMatchEuler(file, { steps, grid: 'pipeline', mu: undefined, imageSeqLen })
  return createSchedule(grid.name, [...grid.sigmas, 0])
}
