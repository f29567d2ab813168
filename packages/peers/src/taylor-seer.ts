import type { Extrapolator } from '@fastflow/core'
import {
  checkAsked,
  checkJump,
  checkOneOf,
  checkOptions,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import { type Peer, unlearning } from './peer.ts'

export interface TaylorSeerOptions {
  /** Highest derivative, 1 or 2. */
  readonly order: 1 | 2
  /** N: every N-th step is evaluated after the first ones. At least 1, usually 3 to 7. */
  readonly interval: number
  /** Steps evaluated at the start, at least 1; 3 in the original. */
  readonly warmup?: number
}

const names: OptionNames<TaylorSeerOptions> = { order: true, interval: true, warmup: true }

/**
 * TaylorSeer: evaluations at a fixed interval; between them the Taylor polynomial in the step index,
 * `v_hat = v + d F1 + (d^2 / 2) F2`, `d` steps after the last evaluation, its derivatives being divided differences of
 * evaluations: `F1 = (v - v_1) / N`, `F2 = (F1 - F1_1) / N`, N the steps between the last two.
 *
 * The original forecasts the features inside the network; here it is the velocity. As there, evaluations before step
 * `warmup - 2` are not used for derivatives. Order 2 is not the parabola through three points: that would have
 * `d (d + N) / 2` for the factor of F2.
 */
export function taylorSeer(options: TaylorSeerOptions): Peer<undefined> {
  checkOptions('options', options, names)
  const { order, interval, warmup = 3 } = options
  checkOneOf('order', order, [1, 2])
  checkWhole('interval', interval, 1)
  checkWhole('warmup', warmup, 1)
  return {
    name: `taylorseer-${order}(${interval}, ${warmup})`,
    source: 'Liu et al. 2025, TaylorSeer (arXiv 2503.06923); Shenyi-Z/TaylorSeer',
    extrapolator: taylor(order, warmup - 2),
    policy: {
      ...unlearning,
      name: 'taylorseer',
      needs: [],
      depth: 0,
      init: () => undefined,
      decide: (state, landing, context) => {
        checkAsked(landing, context)
        const { index } = landing
        const next = index + 1 < warmup ? index + 1 : index + interval
        return [{ landing: Math.min(next, context.numSteps) }, state]
      },
    },
  }
}

/** Euler steps along the Taylor polynomial; velocities from before grid index `oldest` are not used. */
function taylor(order: 1 | 2, oldest: number): Extrapolator {
  return {
    name: `taylor-${order}`,
    depth: order + 1,
    weights(out, nodes, count, sigmas, from, to) {
      checkJump(out, nodes, count, order + 1, sigmas, from, to)
      if (count === 0) return
      out.fill(0, 0, count)
      const indices = Array.from({ length: count }, (_, a) => sigmas.indexOf(nodes[a]!))
      const [gap, before] = indices.slice(1).map((index, a) => {
        return index < oldest ? undefined : indices[a]! - index
      })
      for (let k = from; k < to; k++) {
        const h = sigmas[k + 1]! - sigmas[k]!
        const distance = k - from
        out[0]! += h
        if (gap === undefined) continue
        out[0]! += (h * distance) / gap
        out[1]! -= (h * distance) / gap
        if (before === undefined) continue
        const second = (h * distance * distance) / 2 / gap
        out[0]! += second / gap
        out[1]! -= second / gap + second / before
        out[2]! += second / before
      }
    },
  }
}
