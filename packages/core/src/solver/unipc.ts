import { checkOneOf } from '../check/values.ts'
import type { Term } from '../space/vector-space.ts'
import { checkStage } from './check-stage.ts'
import type { Stage, StagedSolver } from './solver.ts'
import { type UnipcScale, unipcWeights } from './unipc-weights.ts'

/**
 * UniPC with B(h) = e^h - 1 ("bh2") for flow matching, in terms of the predicted data `x0 = x - sigma v`: a
 * multistep predictor of order `order`, and a corrector that takes the evaluation at the predicted state into the
 * step just made. The evaluation is needed for the next step anyway, so the corrector is free: 1 NFE a step.
 *
 * The global order is `order + 1`, thanks to the corrector, on grids whose steps shrink towards both ends. On
 * others it is 2: the first steps and the last ones, where lambda is infinite at sigma 0, run at orders down to 1,
 * as they do in diffusers. The state that `onStep` sees is the predicted one.
 *
 * @throws FastFlowError `invalid-argument` unless `order` is 2 or 3.
 *
 * Reference: Zhao et al. 2023, UniPC, algorithms 5 and 6. Equal to `UniPCMultistepScheduler` of diffusers with
 * `use_flow_sigmas`, `prediction_type='flow_prediction'` and the defaults otherwise, except that diffusers
 * starts at sigma 1 - 1e-6 instead of 1, where this is its limit; {@link baselineFromConfig} makes the solver of other
 * configs.
 */
export function unipc(order: 2 | 3 = 2): StagedSolver {
  checkOneOf('order', order, [2, 3])
  return unipcSolver({ order })
}

export interface UnipcSettings {
  readonly order: 1 | 2 | 3
  /** Default `bh2`. */
  readonly scale?: UnipcScale
  /** Grid indices of steps that are not corrected. Default none. */
  readonly uncorrected?: readonly number[]
  /** The last step leaves the state where it is, instead of at sigma 0. Default false. */
  readonly stopsBefore?: boolean
}

/** UniPC with what its scheduler's config can say. */
export function unipcSolver({
  order,
  scale = 'bh2',
  uncorrected = [],
  stopsBefore = false,
}: UnipcSettings): StagedSolver {
  // Plans belong to a solver by its name.
  const skips = uncorrected.length > 0 ? `-uncorrected-${uncorrected.join('-')}` : ''
  return {
    name: `unipc${order}${scale === 'bh1' ? '-bh1' : ''}${skips}${stopsBefore ? '-stops' : ''}`,
    order: order + 1,
    scratch: order + 2,
    step(stage) {
      checkStage(stage, order + 2)
      const { space, sigmas, index, x, velocity, scratch } = stage
      const orderAt = (step: number): number => Math.min(order, step + 1, sigmas.length - 1 - step)
      const before = scratch[order + 1]!
      space.linearCombination(dataAt(stage, order, index), [
        { weight: 1, vector: x },
        { weight: -sigmas[index]!, vector: velocity },
      ])
      if (index > 0 && !uncorrected.includes(index - 1))
        combine(stage, order, before, index - 1, orderAt(index - 1), scale, true)
      if (stopsBefore && index === sigmas.length - 2) return
      space.linearCombination(before, [{ weight: 1, vector: x }])
      combine(stage, order, before, index, orderAt(index), scale, false)
    },
  }
}

/** The data predicted at a grid index, one of the last `order + 1`. */
function dataAt<T>({ scratch }: Stage<T>, order: number, index: number): T {
  return scratch[index % (order + 1)]!
}

/** `x = ` the step from `before`, which stands at grid index `from`, with `used` predictions and perhaps the one ahead. */
function combine<T>(
  stage: Stage<T>,
  order: number,
  before: T,
  from: number,
  used: number,
  scale: UnipcScale,
  correct: boolean,
): void {
  const { space, sigmas, x } = stage
  const others = Array.from({ length: used - 1 }, (_, i) => from - 1 - i)
  if (correct) others.push(from + 1)
  const { keep, newest, rest } = unipcWeights(sigmas, from, others, scale)
  const terms: Term<T>[] = [
    { weight: keep, vector: before },
    { weight: newest, vector: dataAt(stage, order, from) },
  ]
  for (const [i, weight] of rest.entries()) {
    if (weight !== 0) terms.push({ weight, vector: dataAt(stage, order, others[i]!) })
  }
  space.linearCombination(x, terms)
}
