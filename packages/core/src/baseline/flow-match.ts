import type { JsonField } from '../json/field.ts'
import { shiftSigma } from '../schedule/shifted.ts'
import { euler } from '../solver/euler.ts'
import { heun } from '../solver/heun.ts'
import { type Grid, type GridRequest, linspace, refuseSigmas } from './grid.ts'
import { isOn, numberOf, refuseSwitches, trainTimesteps } from './read-config.ts'
import { shiftOf, stretched, terminalOf } from './shift.ts'
import { shiftedInFloat32 } from './shift-float32.ts'
import { type Spacing, spacingOf, spacings } from './spacing.ts'

/** `FlowMatchEulerDiscreteScheduler`. */
export function flowMatchEuler(file: JsonField, request: GridRequest): Grid {
  refuseSwitches(file, ['invert_sigmas', 'stochastic_sampling'])
  const shift = shiftOf(file, 'shift', request)
  const isDynamic = isOn(file.at('use_dynamic_shifting'))
  const sigmas = sigmasBefore(file, request, isDynamic ? 1 : shift)
  const shifted = stretched(
    file,
    sigmas.map((sigma) => shiftSigma(sigma, shift)),
  )
  const spacing = spacingOf(file)
  const spaced = spacing ? spacings[spacing](shifted[0]!, shifted.at(-1)!, shifted.length) : shifted
  return {
    name: nameOfGrid('flow-match-euler', request, shift, spacing),
    sigmas: spaced,
    timesteps: timesteps(
      file,
      // Sigmas that the scheduler is handed it takes in float32, and shifts them so.
      spacing || request.grid === 'scheduler'
        ? spaced
        : shiftedInFloat32(sigmas, { shift, isDynamic, terminal: terminalOf(file) }),
    ),
    solver: euler,
  }
}

/** `FlowMatchHeunDiscreteScheduler`: a fixed shift, and two evaluations a step. */
export function flowMatchHeun(file: JsonField, request: GridRequest): Grid {
  const shift = numberOf(file, 'shift', 1)
  if (!(shift > 0)) throw file.at('shift').wrong('is not a positive number')
  refuseSigmas(request)
  const sigmas = sigmasBefore(file, request, shift).map((sigma) => shiftSigma(sigma, shift))
  const name = nameOfGrid('flow-match-heun', request, shift)
  return { name, sigmas, timesteps: timesteps(file, sigmas), solver: heun }
}

/** The grid before its shift. Left to their own, the schedulers space it evenly between the ends of their training grid. */
function sigmasBefore(file: JsonField, { steps, grid }: GridRequest, ownShift: number): readonly number[] {
  if (grid === 'pipeline') return Array.from({ length: steps }, (_, k) => 1 - k / steps)
  // Those ends are shifted already: what is shifted as a whole afterwards is shifted twice.
  if (grid === 'scheduler') return linspace(1, shiftSigma(1 / trainTimesteps(file), ownShift), steps)
  return grid
}

/** Diffusers has both in float32, and the network is fed what came of that. */
function timesteps(file: JsonField, sigmas: readonly number[]): readonly number[] {
  const train = trainTimesteps(file)
  return sigmas.map((sigma) => Math.fround(Math.fround(sigma) * train))
}

function nameOfGrid(name: string, { steps, grid }: GridRequest, shift: number, spacing?: Spacing): string {
  const ends = { pipeline: '', scheduler: ', own ends' }
  const given = typeof grid === 'string' ? ends[grid] : ', given sigmas'
  const how = spacing ? `, ${spacing.split('_')[1]}` : ''
  return `${name}(${steps}, shift ${Number(shift.toFixed(6))}${given}${how})`
}
