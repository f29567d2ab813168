import { emulate, isRecord, type PolicyContext } from '@fastflow/core'
import { checkAsked, checkOptions, checkWhole, type OptionNames } from '@fastflow/core/backend'
import { checkList } from './check-list.ts'
import { nextEvaluation, type Peer, unlearning } from './peer.ts'

export interface VdeOptions {
  /** Grid index up to which every step is evaluated, at least 1; 6 to 13 of 50 in the original. */
  readonly stableStep: number
  /** Every so many steps after it one is evaluated. At least 1, 3 in the original. */
  readonly interval: number
}

const names: OptionNames<VdeOptions> = { stableStep: true, interval: true }

/** Parts of an evaluated velocity, relative to the length of the state: along the state, and across it. */
interface Anchor {
  readonly sigma: number
  readonly along: number
  readonly across: number
}

/** The last two evaluations, oldest first. */
export type VdeState = readonly Anchor[]

/**
 * VDE: an evaluated velocity is `v = alpha x + beta |x| n`, n of length 1 across x. In the steps that are skipped n is kept,
 * alpha and beta lie on the lines in sigma through their last two values, and x is the state of that step. The first steps are
 * evaluated, then every `interval`-th, and the last.
 *
 * On the way `x = p x_i + q n`, so the whole jump is one combination of `x_i` and `v_i`, its weights from the lengths measured at
 * the landing.
 */
export function vde(options: VdeOptions): Peer<VdeState> {
  checkOptions('options', options, names)
  const stableStep = checkWhole('stableStep', options.stableStep, 1)
  const interval = checkWhole('interval', options.interval, 1)
  return {
    name: `vde(${stableStep}, ${interval})`,
    source: 'Tan et al. 2026, VDE (arXiv 2605.23381); Tan-Junwen/VDE',
    extrapolator: emulate(1),
    policy: {
      ...unlearning,
      name: 'vde',
      needs: ['velocityProducts', 'stateProducts'],
      depth: 1,
      init: () => [],
      decide: (state, landing, context) => {
        checkAsked(landing, context, ['velocityProducts', 'stateProducts'])
        checkList('state', state, (anchor) => isRecord(anchor) && typeof anchor.along === 'number')
        const { index, sigma, velocityProducts, stateProducts } = landing
        const [square, cross] = stateProducts as [number, number]
        const along = cross / square
        const rest = Math.sqrt(Math.max(0, velocityProducts![0]![0]! - along * cross))
        const length = Math.sqrt(square)
        const anchors = [...state.slice(-1), { sigma, along, across: rest / length }]
        const to = nextEvaluation(index, context.numSteps, (step) => {
          return step <= stableStep || step === context.numSteps - 1 || (step - stableStep) % interval === 0
        })
        const [p, q] = walk(anchors, length, index, to, context)
        // n = (v - alpha x) / rest; a velocity along the state has no other part.
        const weight = rest > 0 ? q / rest : 0
        return [{ landing: to, weights: [weight], stateWeight: p - weight * along }, anchors]
      },
    },
  }
}

/** Euler steps from `x_i`, in terms of `x_i` and n. */
function walk(
  anchors: readonly Anchor[],
  length: number,
  from: number,
  to: number,
  { sigmas }: PolicyContext,
): readonly [p: number, q: number] {
  const last = anchors.at(-1)!
  const before = anchors.length > 1 ? anchors[0]! : last
  let [p, q] = [1, 0]
  for (let k = from; k < to; k++) {
    const h = sigmas[k + 1]! - sigmas[k]!
    const share = before === last ? 0 : (sigmas[k]! - last.sigma) / (last.sigma - before.sigma)
    const along = last.along + share * (last.along - before.along)
    const across = last.across + share * (last.across - before.across)
    const reach = Math.hypot(p * length, q)
    p *= 1 + h * along
    q += h * (along * q + across * reach)
  }
  return [p, q]
}
