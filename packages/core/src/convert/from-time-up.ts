import type { Velocity } from '../ports/velocity.ts'
import { type ConvertOptions, converted } from './converted.ts'

/**
 * The velocity of a model whose time runs upward, from noise at t = 0 to data at t = 1, as those of many papers do:
 * `v(x, sigma) = -v_t(x, 1 - sigma)`.
 *
 * @param model `dx/dt` at state `x` and time t in [0, 1); called as a {@link Velocity} is, with t in the place of sigma.
 * @throws FastFlowError `invalid-argument`.
 */
export function fromTimeUp<T = Float32Array>(
  model: Velocity<T>,
  options: ConvertOptions<T> = {},
): Velocity<T> {
  return converted(
    model,
    options,
    () => ({ state: 0, output: -1 }),
    (sigma) => 1 - sigma,
  )
}
