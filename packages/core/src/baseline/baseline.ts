import { checkOptions, type OptionNames } from '../check/options.ts'
import { shown } from '../check/shown.ts'
import { checkNumber, checkPositive, isNumbers, isSequence } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import type { JsonField } from '../json/field.ts'
import { checkNumSteps, createSchedule, type Schedule } from '../schedule/schedule.ts'
import { heun } from '../solver/heun.ts'
import type { Solver } from '../solver/solver.ts'
import { dpmSolverMultistep } from './dpm-solver-multistep.ts'
import { flowMatchEuler, flowMatchHeun } from './flow-match.ts'
import type { Grid, GridRequest } from './grid.ts'
import { named, openConfig, unsupported } from './read-config.ts'
import type { SchedulerConfig } from './scheduler-config.ts'
import { unipcMultistep } from './unipc-multistep.ts'

/** What a scheduler config makes of a number of steps: the run that a model is known by. */
export interface Baseline {
  /** The grid. Its first sigma is the noise level at which the state begins; below 1 for image to image. */
  readonly schedule: Schedule
  /**
   * What the scheduler calls time at each grid index but the last, from 0 to `num_train_timesteps` (1000): floats, or whole
   * numbers with the multistep schedulers. A network that is fed time gets `timesteps[index]` of the velocity's call.
   */
  readonly timesteps: readonly number[]
  /** A new solver for `sample({ solver })`. It is named `euler` where a skip policy can take its place. */
  readonly solver: () => Solver
  /** Why skipping evaluations should stay off, for people to read; undefined where it may be tried. */
  readonly stayOff: string | undefined
}

export interface BaselineOptions {
  /**
   * Sigmas that the scheduler is handed, before its shift. `scheduler` (the default): none, it makes its own, as Diffusers'
   * pipelines of Stable Diffusion 3, SANA and Wan do. `pipeline`: `linspace(1, 1/T, T)`, as those of FLUX, Qwen-Image, LTX,
   * Lumina2 and Z-Image do (FLUX only where the config has no `use_flow_sigmas`). Or sigmas of your own, one a step,
   * decreasing, in (0, 1].
   */
  readonly grid?: 'pipeline' | 'scheduler' | readonly number[]
  /** The shift of configs with dynamic shifting, as the pipeline computes it; in place of `imageSeqLen`. */
  readonly mu?: number
  /** Number of latent tokens, of which most pipelines make `mu` by the config's `base_shift` and so on. */
  readonly imageSeqLen?: number
  /**
   * For image to image: the share of the steps that is run, in (0, 1], the last ones. Mix noise to the first sigma of the
   * schedule: `sigma noise + (1 - sigma) x`. Default 1.
   */
  readonly strength?: number
}

const names: OptionNames<BaselineOptions> = { grid: true, mu: true, imageSeqLen: true, strength: true }

const classes: Readonly<Record<string, (file: JsonField, request: GridRequest) => Grid>> = {
  FlowMatchEulerDiscreteScheduler: flowMatchEuler,
  FlowMatchHeunDiscreteScheduler: flowMatchHeun,
  UniPCMultistepScheduler: unipcMultistep,
  DPMSolverMultistepScheduler: dpmSolverMultistep,
}

/** Runs as short as this belong to distilled models. */
const FEW_STEPS = 4

/**
 * Grid, timesteps and solver of a Diffusers `scheduler_config.json`, as Diffusers runs it with T steps, T from 1 to 100,000.
 *
 * Reads `FlowMatchEulerDiscreteScheduler` (also where no class is named), `FlowMatchHeunDiscreteScheduler` (2 T - 1 NFE), and
 * with `use_flow_sigmas` and `flow_prediction` `UniPCMultistepScheduler` and `DPMSolverMultistepScheduler` (dpmsolver++),
 * all T NFE but Heun. Sigmas agree with Diffusers to the rounding of its float32, whole timesteps exactly.
 *
 * @throws FastFlowError `unsupported` for another scheduler class or a field with no equivalent here, `invalid-argument` for
 *   options out of range, for a strength that leaves no step, and when dynamic shifting lacks both `mu` and `imageSeqLen`.
 */
export function baselineFromConfig(
  config: SchedulerConfig,
  numSteps: number,
  options: BaselineOptions = {},
): Baseline {
  const steps = checkNumSteps(numSteps)
  const { request, strength } = checkBaselineOptions(steps, options)
  const file = openConfig(config)
  const { value: name = 'FlowMatchEulerDiscreteScheduler' } = file.at('_class_name')
  if (typeof name !== 'string' || !Object.hasOwn(classes, name)) {
    const available = Object.keys(classes).join(', ')
    throw unsupported(
      file.at('_class_name'),
      `${named(name)} is not a flow-matching scheduler that is read here; available: ${available}`,
    )
  }
  const grid = classes[name]!(file, request)
  const start = startOf(steps, strength)
  const left = steps - start
  const title = start === 0 ? grid.name : `${grid.name} from ${start}`
  return {
    schedule: createSchedule(title, [...grid.sigmas.slice(start), 0]),
    timesteps: Object.freeze(grid.timesteps.slice(start)),
    solver: () => grid.solver(start),
    stayOff: reasonToStayOff(grid.solver(start), left),
  }
}

function reasonToStayOff({ name }: Solver, steps: number): string | undefined {
  if (steps <= FEW_STEPS)
    return `${steps} steps are those of a few-step model: skipping any of them would be seen`
  return name === heun().name ? 'heun evaluates twice a step, which plans do not know' : undefined
}

/** The first step that is run, as `get_timesteps` of Diffusers' pipelines says. */
function startOf(steps: number, strength: number): number {
  const start = Math.trunc(Math.max(steps - Math.min(steps * strength, steps), 0))
  if (start < steps) return start
  throw invalidArgument('strength', `${strength} leaves none of ${steps} steps; raise it or run more steps`)
}

function checkBaselineOptions(
  steps: number,
  options: BaselineOptions,
): { request: GridRequest; strength: number } {
  checkOptions('options', options, names)
  const { grid = 'scheduler', mu, imageSeqLen, strength = 1 } = options
  if (grid !== 'pipeline' && grid !== 'scheduler') checkSigmas(grid, steps)
  if (mu !== undefined) checkNumber('mu', mu, -Infinity)
  if (imageSeqLen !== undefined) checkPositive('imageSeqLen', imageSeqLen)
  if (checkPositive('strength', strength) > 1) throw invalidArgument('strength', `${strength} is over 1`)
  return { request: { steps, grid, mu, imageSeqLen }, strength }
}

function checkSigmas(grid: unknown, steps: number): void {
  if (!isSequence(grid))
    throw invalidArgument('grid', `${shown(grid)} is not 'pipeline', 'scheduler' or a list of sigmas`)
  if (grid.length !== steps)
    throw invalidArgument('grid', `has ${grid.length} sigmas, not one for each of ${steps} steps`)
  const falls =
    isNumbers(grid) &&
    Array.from(grid).every((sigma, k) => sigma > 0 && (k === 0 ? sigma <= 1 : sigma < grid[k - 1]!))
  if (!falls) throw invalidArgument('grid', 'has sigmas that do not decrease, or lie outside of (0, 1]')
}
