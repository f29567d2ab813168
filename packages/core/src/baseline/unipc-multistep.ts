import type { JsonField } from '../json/field.ts'
import { type UnipcSettings, unipcSolver } from '../solver/unipc.ts'
import { type Grid, type GridRequest, linspace } from './grid.ts'
import { checkFlow, cut, shiftAsDiffusers, solverOrder } from './multistep.ts'
import { isOn, nameOf, refuseSwitches, trainTimesteps, unsupported } from './read-config.ts'
import { shiftOf, stretched } from './shift.ts'
import { spacings } from './spacing.ts'

/** Sigma 1 is moved by this: lambda is infinite there. */
const EPSILON = 1e-6

/** `UniPCMultistepScheduler` of a flow: its grid begins at 1 - 1e-6, its timesteps are whole. */
export function unipcMultistep(file: JsonField, request: GridRequest): Grid {
  checkFlow(file)
  const settings = settingsOf(file)
  const { name, sigmas } = isOn(file.at('use_karras_sigmas'))
    ? karrasGrid(file, request)
    : flowGrid(file, request)
  const uncorrected = file.at('disable_corrector').empty
    ? []
    : file.at('disable_corrector').numbers({ whole: true })
  return {
    name,
    ...cut(file, sigmas),
    solver: (start) => unipcSolver({ ...settings, uncorrected: uncorrected.map((index) => index - start) }),
  }
}

function settingsOf(file: JsonField): UnipcSettings {
  refuseSwitches(file, ['use_exponential_sigmas', 'use_beta_sigmas'])
  if (!isOn(file.at('predict_x0'), true)) throw unsupported(file.at('predict_x0'), 'must be true for a flow')
  if (!file.at('solver_p').empty) throw unsupported(file.at('solver_p'), 'another predictor is not supported')
  const order = solverOrder(file)
  if (order > 1 && !isOn(file.at('lower_order_final'), true)) {
    const message = 'must be true: at full order the last step to sigma 0 is not a number'
    throw unsupported(file.at('lower_order_final'), message)
  }
  const type = nameOf(file, 'solver_type', 'bh2', ['bh1', 'bh2', 'midpoint', 'heun', 'logrho'])
  const final = nameOf(file, 'final_sigmas_type', 'zero', ['zero', 'sigma_min'])
  return { order, scale: type === 'bh1' ? 'bh1' : 'bh2', stopsBefore: final === 'sigma_min' }
}

function flowGrid(file: JsonField, request: GridRequest): Pick<Grid, 'name' | 'sigmas'> {
  const { steps } = request
  const shift = shiftOf(file, 'flow_shift', request)
  const dynamic = isOn(file.at('use_dynamic_shifting'))
  const shifted = sigmasBefore(file, request).map((sigma) =>
    dynamic ? shift / (shift + (1 / sigma - 1)) : shiftAsDiffusers(sigma, shift),
  )
  const [first, ...rest] = stretched(file, shifted) as [number, ...number[]]
  const begin = Math.abs(first - 1) < EPSILON ? first - EPSILON : first
  return { name: `unipc(${steps}, shift ${Number(shift.toFixed(6))})`, sigmas: [begin, ...rest] }
}

function sigmasBefore(file: JsonField, { steps, grid }: GridRequest): readonly number[] {
  if (grid === 'pipeline') return linspace(1, 1 / steps, steps)
  if (grid === 'scheduler') return linspace(1, 1 / trainTimesteps(file), steps + 1).slice(0, -1)
  return grid
}

/** Spaced in noise-to-signal ratios, `sigma / (1 - sigma)`, of which the config names both ends. No shift applies. */
function karrasGrid(file: JsonField, { steps }: GridRequest): Pick<Grid, 'name' | 'sigmas'> {
  const [most, least] = ['sigma_max', 'sigma_min'].map((name) => {
    if (file.at(name).empty) throw unsupported(file.at(name), 'must be given with use_karras_sigmas')
    return file.at(name).number({ least: 1e-9 })
  }) as [number, number]
  const ratios = spacings.use_karras_sigmas(most, least, steps)
  return { name: `unipc(${steps}, karras)`, sigmas: ratios.map((ratio) => ratio / (ratio + 1)) }
}
