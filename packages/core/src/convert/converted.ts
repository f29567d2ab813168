import { checkOptions, type OptionNames } from '../check/options.ts'
import { checkFunction } from '../check/values.ts'
import type { Velocity, VelocityCall } from '../ports/velocity.ts'
import { checkVelocity } from '../sample/check-velocity.ts'
import { checkSpace } from '../space/check-space.ts'
import { defaultSpace } from '../space/default-space.ts'
import type { VectorSpace } from '../space/vector-space.ts'

export interface ConvertOptions<T> {
  /** Where latents live. Needed unless they are Float32Arrays. */
  readonly space?: VectorSpace<T>
}

/** The velocity as `state x + output y` of what the model says at a noise level. */
interface Weights {
  readonly state: number
  readonly output: number
}

const names: OptionNames<ConvertOptions<never>> = { space: true }

/**
 * A velocity of a model with another output, at no evaluation and one combination of vectors a call. What is left of the model's
 * output where guidance is forecast, and its guidance term, are converted alike: the term is weighed as the output is.
 *
 * @param weightsAt of a noise level.
 * @param timeAt what the model is asked at.
 */
export function converted<T>(
  model: Velocity<T>,
  options: ConvertOptions<T>,
  weightsAt: (sigma: number) => Weights,
  timeAt: (sigma: number) => number = (sigma) => sigma,
): Velocity<T> {
  checkFunction('model', model, '(x, time, { out }) => out')
  checkOptions('options', options, names)
  if (options.space !== undefined) checkSpace(options.space)
  return async (x: T, sigma: number, call: VelocityCall<T>) => {
    const space = options.space ?? defaultSpace(x)
    const { state, output } = weightsAt(sigma)
    const said = await model(x, timeAt(sigma), call)
    if (call.signal?.aborted) return said
    checkVelocity(said, x)
    const { out, guidance } = call
    space.linearCombination(out, [
      { weight: state, vector: x },
      { weight: output, vector: said },
    ])
    if (guidance?.written) space.linearCombination(guidance.out, [{ weight: output, vector: guidance.out }])
    return out
  }
}
