import type { JsonField } from '../json/field.ts'
import { dpmSolver } from '../solver/dpm-solver-pp.ts'
import { type Grid, type GridRequest, linspace, refuseSigmas } from './grid.ts'
import { checkFlow, cut, flowShift, shiftAsDiffusers, solverOrder } from './multistep.ts'
import { isOn, nameOf, numberOf, refuseSwitches, trainTimesteps, unsupported } from './read-config.ts'
import { shiftOf } from './shift.ts'
import { spacings } from './spacing.ts'

/** Fewer steps than this, and `lower_order_final` counts. */
const FEW_STEPS = 15

/** `DPMSolverMultistepScheduler` of a flow: its grid begins below sigma 1, its timesteps are whole. */
export function dpmSolverMultistep(file: JsonField, request: GridRequest): Grid {
  checkFlow(file)
  refuseSigmas(request)
  refuseSwitches(file, [...Object.keys(spacings), 'use_lu_lambdas'])
  nameOf(file, 'algorithm_type', 'dpmsolver++', ['dpmsolver++'])
  const { steps } = request
  const order = solverOrder(file)
  const shift = shiftFor(file, request)
  const solver = dpmSolver({
    order,
    slope: slopeOf(file),
    lowerOrderFinal: isOn(file.at('lower_order_final'), true) && steps < FEW_STEPS,
    eulerAtFinal: isOn(file.at('euler_at_final')),
    finalSigma: finalSigma(file),
  })
  const sigmas = linspace(1, 1 / trainTimesteps(file), steps + 1)
    .map((alpha) => shiftAsDiffusers(1 - alpha, shift))
    .slice(1)
    .reverse()
  return {
    name: `dpm-solver(${steps}, shift ${Number(shift.toFixed(6))})`,
    ...cut(file, sigmas),
    solver: () => solver,
  }
}

/** With dynamic shifting, and something to make mu of, `e^mu`; `flow_shift` otherwise. */
function shiftFor(file: JsonField, request: GridRequest): number {
  const dynamic = isOn(file.at('use_dynamic_shifting'))
  if (!dynamic || (request.mu === undefined && request.imageSeqLen === undefined)) return flowShift(file)
  nameOf(file, 'time_shift_type', 'exponential', ['exponential'])
  return shiftOf(file, 'flow_shift', request)
}

function slopeOf(file: JsonField): 'midpoint' | 'heun' {
  const type = nameOf(file, 'solver_type', 'midpoint', ['midpoint', 'heun', 'logrho', 'bh1', 'bh2'])
  return type === 'heun' ? 'heun' : 'midpoint'
}

/** `sigma_min` stands for the lowest noise level of a diffusion with these betas, whatever the flow. */
function finalSigma(file: JsonField): number {
  if (nameOf(file, 'final_sigmas_type', 'zero', ['zero', 'sigma_min']) === 'zero') return 0
  const beta = Math.fround(firstBeta(file))
  const alpha = Math.fround(1 - beta)
  return Math.fround(Math.sqrt(Math.fround(Math.fround(1 - alpha) / alpha)))
}

function firstBeta(file: JsonField): number {
  if (!file.at('trained_betas').empty)
    throw unsupported(file.at('trained_betas'), 'not supported with final_sigmas_type sigma_min')
  nameOf(file, 'beta_schedule', 'linear', ['linear', 'scaled_linear'])
  return numberOf(file, 'beta_start', 0.0001)
}
