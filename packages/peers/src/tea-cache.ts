import { emulate } from '@fastflow/core'
import {
  checkAsked,
  checkNumber,
  checkNumbers,
  checkOptions,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import { nextEvaluation, type Peer, unlearning } from './peer.ts'

export interface TeaCacheOptions {
  /** delta: change of the input that may add up before the network is called again. At least 0, usually 0.02 to 1. */
  readonly threshold: number
  /**
   * Polynomial that turns the relative change of the input into one of the output, highest power first, as in
   * numpy's `poly1d`; fitted per model in the original. The identity by default.
   */
  readonly coefficients?: readonly number[]
  /** Steps evaluated at the start, at least 1, as in the original. */
  readonly warmup?: number
}

const names: OptionNames<TeaCacheOptions> = { threshold: true, coefficients: true, warmup: true }

/**
 * TeaCache without surgery on the network: the relative change `|x_j - x_{j-1}| / |x_{j-1}|` of the input, through a
 * polynomial, adds up from step to step; below the threshold the last velocity is reused. The first steps and the
 * last are always evaluated.
 *
 * The original looks at the input after its modulation by the timestep embedding and reuses the residual of the
 * transformer blocks; neither exists outside the network, so here it is the state that is looked at and the velocity
 * that is reused. On the way `x_j = x_i + c_j v_i`, so three inner products give every length in advance.
 */
export function teaCache(options: TeaCacheOptions): Peer<undefined> {
  checkOptions('options', options, names)
  const { threshold, warmup = 1, coefficients = [1, 0] } = options
  checkNumber('threshold', threshold, 0)
  checkWhole('warmup', warmup, 1)
  checkNumbers('coefficients', coefficients, 'numbers')
  const rescale = (change: number): number => coefficients.reduce((sum, value) => sum * change + value, 0)
  return {
    name: `teacache(${threshold})`,
    source: 'Liu et al. 2024, TeaCache (arXiv 2411.19108); ali-vilab/TeaCache',
    extrapolator: emulate(1),
    policy: {
      ...unlearning,
      name: 'teacache',
      needs: ['velocityProducts', 'stateProducts'],
      depth: 1,
      init: () => undefined,
      decide: (state, landing, context) => {
        checkAsked(landing, context, ['velocityProducts', 'stateProducts'])
        const { index, sigma, velocityProducts, stateProducts } = landing
        const { sigmas, numSteps } = context
        const speed = velocityProducts![0]![0]!
        const [square, cross] = stateProducts!
        let sum = 0
        const next = nextEvaluation(index, numSteps, (step) => {
          const moved = sigmas[step - 1]! - sigma
          const length = Math.sqrt(Math.max(0, square! + 2 * moved * cross! + moved * moved * speed))
          const own = Math.abs(sigmas[step]! - sigmas[step - 1]!) * Math.sqrt(speed)
          sum += rescale(own / length)
          return step < warmup || step === numSteps - 1 || !(sum < threshold)
        })
        return [{ landing: next }, state]
      },
    },
  }
}
