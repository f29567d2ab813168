import { emulate, invalidArgument, type Landing, type PolicyContext } from '@fastflow/core'
import {
  checkAsked,
  checkNumber,
  checkNumbers,
  checkOneOf,
  checkOptions,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import { nextEvaluation, type Peer, unlearning } from './peer.ts'

export interface FSamplerOptions {
  /** Relative difference of the two forecasts up to which a step is skipped. At least 0; 0.1 in the original. */
  readonly tolerance?: number
  /** What the difference is taken of: the state after the step (default, as the original does), or epsilon. */
  readonly compare?: 'state' | 'epsilon'
  /** Steps evaluated at the start, at least 0; 2 in the original. */
  readonly protectFirst?: number
  /** Steps evaluated at the end, at least 1; 4 in the original. */
  readonly protectLast?: number
  /** Every so many steps from `protectFirst` on one is evaluated whatever the gate says; 0 for none, 4 in the original. */
  readonly anchorInterval?: number
  /** Steps skipped in a row at most, at least 1; 2 in the original. */
  readonly maxSkips?: number
}

const names: OptionNames<FSamplerOptions> = {
  tolerance: true,
  compare: true,
  protectFirst: true,
  protectLast: true,
  anchorInterval: true,
  maxSkips: true,
}

/** Noise levels of the last evaluations, newest first. */
export type FSamplerState = readonly number[]

/**
 * FSampler, its adaptive gate: epsilon `= x0 - x = -sigma v` is forecast from the last three evaluations,
 * `3 e - 3 e_1 + e_2` (h3), and from the last two, `2 e - e_1` (h2). Where the Euler steps with the two differ by at
 * most the tolerance, relative to the length of the state, the step is skipped and h3 used.
 *
 * The forecasts take the evaluations as one step apart, whatever lies between them, as the original does. Its
 * learning stabiliser, off by default, is left out. With its guard rails (the defaults) at least about half of the
 * steps are evaluated: for fewer, the anchors and the limits have to go.
 */
export function fSampler(options: FSamplerOptions = {}): Peer<FSamplerState> {
  checkOptions('options', options, names)
  const { tolerance = 0.1, compare = 'state', protectFirst = 2 } = options
  const { protectLast = 4, anchorInterval = 4, maxSkips = 2 } = options
  checkOneOf('compare', compare, ['state', 'epsilon'])
  const gate = {
    tolerance: checkNumber('tolerance', tolerance, 0),
    compare,
    protectFirst: checkWhole('protectFirst', protectFirst, 0),
    protectLast: checkWhole('protectLast', protectLast, 1),
    anchorInterval: checkWhole('anchorInterval', anchorInterval, 0),
    maxSkips: checkWhole('maxSkips', maxSkips, 1),
  }
  return {
    name: `fsampler(${gate.tolerance})`,
    source: 'Vladimir 2025, FSampler (arXiv 2511.09180); obisin/ComfyUI-FSampler',
    extrapolator: emulate(1),
    policy: {
      ...unlearning,
      name: 'fsampler',
      needs: ['velocityProducts', 'stateProducts'],
      depth: 3,
      init: () => [],
      decide: (state, landing, context) => {
        checkAsked(landing, context, ['velocityProducts', 'stateProducts'])
        checkNumbers('state', state, 'noise levels')
        const nodes = [landing.sigma, ...state.slice(0, 2)]
        if (landing.velocityProducts!.length < nodes.length || landing.stateProducts!.length <= nodes.length)
          throw invalidArgument(
            'landing',
            `has products of less than the ${nodes.length} velocities of the state`,
          )
        return [decide(gate, nodes, landing, context), nodes]
      },
    },
  }
}

type Gate = Required<FSamplerOptions>

function decide(gate: Gate, nodes: readonly number[], landing: Landing, { sigmas, numSteps }: PolicyContext) {
  const { index } = landing
  if (nodes.length < 3) return { landing: index + 1 }
  const [s0, s1, s2] = nodes as [number, number, number]
  // Weights of the velocities in sigma v_hat for h3, and in the difference of h3 and h2.
  const high = [3 * s0, -3 * s1, s2]
  const difference = length([s0, -2 * s1, s2], landing)
  let weights: readonly number[] = [sigmas[index + 1]! - sigmas[index]!, 0, 0]
  const next = nextEvaluation(index, numSteps, (step) => {
    const sinceFirst = step - gate.protectFirst
    if (sinceFirst < 0 || step >= numSteps - gate.protectLast || step - index > gate.maxSkips) return true
    if (gate.anchorInterval > 0 && sinceFirst % gate.anchorInterval === 0) return true
    const ratio = (sigmas[step + 1]! - sigmas[step]!) / sigmas[step]!
    const ahead = weights.map((weight, a) => weight + ratio * high[a]!)
    const relative =
      gate.compare === 'epsilon'
        ? difference / length(high, landing)
        : (Math.abs(ratio) * difference) / length(ahead, landing, 1)
    if (!(relative <= gate.tolerance)) return true
    weights = ahead
    return false
  })
  return { landing: next, weights }
}

/** Length of `state x + sum_a weights[a] v_a`. */
function length(
  weights: readonly number[],
  { velocityProducts, stateProducts }: Landing,
  state: 0 | 1 = 0,
): number {
  let sum = state * stateProducts![0]!
  for (const [a, weight] of weights.entries()) {
    sum += 2 * state * weight * stateProducts![a + 1]!
    for (const [b, other] of weights.entries()) sum += weight * other * velocityProducts![a]![b]!
  }
  return Math.sqrt(Math.max(0, sum))
}
