import type { JsonField } from '../json/field.ts'
import { isOn, nameOf, numberOf, refuseSwitches, trainTimesteps, unsupported } from './read-config.ts'

/** What the configs of both multistep schedulers must say for a flow: what the network predicts, and of which path. */
export function checkFlow(file: JsonField): void {
  nameOf(file, 'prediction_type', 'epsilon' as 'flow_prediction', ['flow_prediction'])
  if (!isOn(file.at('use_flow_sigmas')))
    throw unsupported(
      file.at('use_flow_sigmas'),
      'must be true; other paths than that of flow matching are not supported',
    )
  refuseSwitches(file, ['thresholding'])
}

export function solverOrder(file: JsonField): 1 | 2 | 3 {
  const { value: order = 2 } = file.at('solver_order')
  if (order === 1 || order === 2 || order === 3) return order
  throw unsupported(file.at('solver_order'), 'is not among the orders 1, 2 and 3')
}

/** `flow_shift`, a positive number. */
export function flowShift(file: JsonField): number {
  const shift = numberOf(file, 'flow_shift', 1)
  if (shift > 0) return shift
  throw file.at('flow_shift').wrong('is not a positive number')
}

/**
 * `s sigma / (1 + (s - 1) sigma)`, in the floating-point operations of Diffusers: whole timesteps are cut from it.
 * May exceed 1 by a rounding.
 */
export function shiftAsDiffusers(sigma: number, shift: number): number {
  return (shift * sigma) / (1 + (shift - 1) * sigma)
}

/** Both multistep schedulers feed whole timesteps, cut off before sigma is rounded to float32. */
export function cut(file: JsonField, sigmas: readonly number[]): { sigmas: number[]; timesteps: number[] } {
  const train = trainTimesteps(file)
  return { sigmas: sigmas.map(Math.fround), timesteps: sigmas.map((sigma) => Math.trunc(sigma * train)) }
}
