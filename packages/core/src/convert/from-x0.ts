import type { Velocity } from '../ports/velocity.ts'
import { type ConvertOptions, converted } from './converted.ts'

/**
 * The velocity of a model that predicts the data, `x0`, of the path `x = (1 - sigma) x0 + sigma eps`:
 * `v = (x - x0) / sigma`. No run evaluates it at sigma 0.
 *
 * @param model the predicted `x0` of state `x` at sigma in (0, 1]; called as a {@link Velocity} is.
 * @throws FastFlowError `invalid-argument`.
 */
export function fromX0<T = Float32Array>(model: Velocity<T>, options: ConvertOptions<T> = {}): Velocity<T> {
  return converted(model, options, (sigma) => ({ state: 1 / sigma, output: -1 / sigma }))
}
