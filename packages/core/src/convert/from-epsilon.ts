import { invalidArgument } from '../errors.ts'
import type { Velocity } from '../ports/velocity.ts'
import { type ConvertOptions, converted } from './converted.ts'

/**
 * The velocity of a model that predicts the noise, `eps`, of the path `x = (1 - sigma) x0 + sigma eps`:
 * `v = (eps - x) / (1 - sigma)`.
 *
 * At sigma 1 the state is the noise, so that the prediction says nothing of the data: schedules begin below, as those of such
 * models do. One of the variance preserving path `x' = alpha x0 + beta eps` is asked with `x' = (alpha + beta) x`, where
 * `sigma = beta / (alpha + beta)`.
 *
 * @param model the predicted `eps` of state `x` at sigma in (0, 1); called as a {@link Velocity} is.
 * @throws FastFlowError `invalid-argument`; the velocity throws it at sigma 1.
 */
export function fromEpsilon<T = Float32Array>(
  model: Velocity<T>,
  options: ConvertOptions<T> = {},
): Velocity<T> {
  return converted(model, options, (sigma) => {
    if (sigma < 1) return { state: -1 / (1 - sigma), output: 1 / (1 - sigma) }
    const fix = "begin below it, e.g. createSchedule('mine', [0.99, ..., 0])"
    throw invalidArgument('schedule', `a prediction of the noise says nothing of the data at sigma 1; ${fix}`)
  })
}
