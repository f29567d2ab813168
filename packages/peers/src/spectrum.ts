import { emulate, isRecord, type PolicyContext } from '@fastflow/core'
import {
  checkAsked,
  checkMethods,
  checkNumber,
  checkOptions,
  checkWhole,
  isNumbers,
  type OptionNames,
} from '@fastflow/core/backend'
import { chebyshevWeights } from './chebyshev.ts'
import { checkList } from './check-list.ts'
import { nextEvaluation, type Peer, unlearning } from './peer.ts'

export interface SpectrumOptions {
  /** Steps from one evaluation to the next after the first ones, rounded down. At least 1; 2 in the original. */
  readonly window?: number
  /** By how much the window grows at every evaluation. At least 0; 0.5 in the original. */
  readonly growth?: number
  /** Steps evaluated at the start, at least 2; 4 in the original. */
  readonly warmup?: number
  /** Share of the steps from which on all are evaluated, 0 to 1; 0.9 in the original. */
  readonly stop?: number
  /** Highest degree of the polynomials, at least 0; 3 in the original. */
  readonly degree?: number
  /** Ridge of their fit, above 0; 1 in the original. */
  readonly ridge?: number
  /** Share of the fit in the forecast, 0 to 1; 0.4 in the original. The rest is a Taylor step of half a difference. */
  readonly blend?: number
}

const names: OptionNames<SpectrumOptions> = {
  window: true,
  growth: true,
  warmup: true,
  stop: true,
  degree: true,
  ridge: true,
  blend: true,
}

/** A forecast of the data, or one that was seen: `state x + sum_a velocities[a] v_a`, of where the sampler stands. */
interface Form {
  readonly state: number
  readonly velocities: readonly number[]
}

/** An evaluation's forecast of the data, and where on [-1, 1] it was made. */
interface Seen extends Form {
  readonly tau: number
}

export interface SpectrumState {
  readonly window: number
  /** The last six, oldest first. */
  readonly seen: readonly Seen[]
}

/** Evaluations that a fit is made to. */
const KEPT = 6

/** Velocities that jumps are made of: every one of a usual run. */
const DEPTH = 48

/**
 * Spectrum at the output of the network: forecasts `x - sigma v` of the data are taken as sums of Chebyshev polynomials in the
 * step index, fitted to the last six by ridge regression, and blended with `d + (d - d_1) / 2`. After the first steps the distance
 * between evaluations grows; the last steps are all evaluated.
 *
 * The original forecasts features inside the network; this is how stable-diffusion.cpp does it, whose index runs over [-1, 1] in
 * 50 steps whatever their number. Earlier states are the present one less the jumps since, so every forecast is a combination of it
 * and of all velocities so far. 48 of them are kept: in runs with more evaluations the weight of older ones, which has died out, is dropped.
 */
export function spectrum(options: SpectrumOptions = {}): Peer<SpectrumState> {
  checkOptions('options', options, names)
  const { window = 2, growth = 0.5, warmup = 4, stop = 0.9, degree = 3, ridge = 1, blend = 0.4 } = options
  checkNumber('window', window, 1)
  checkNumber('growth', growth, 0)
  checkWhole('warmup', warmup, 2)
  checkNumber('stop', stop, 0, 1)
  checkWhole('degree', degree, 0, 20)
  checkNumber('ridge', ridge, Number.MIN_VALUE)
  checkNumber('blend', blend, 0, 1)
  const forecast = (seen: readonly Seen[], step: number): Form => {
    const taus = seen.map(({ tau }) => tau)
    const shares = chebyshevWeights(taus, tauOf(step), degree, ridge).map((weight) => blend * weight)
    shares[shares.length - 1]! += 1.5 * (1 - blend)
    shares[shares.length - 2]! -= 0.5 * (1 - blend)
    return combined(seen.map((form, k) => [shares[k]!, form]))
  }
  return {
    name: `spectrum(${window}, ${growth})`,
    source: 'Spectrum (arXiv 2603.01623); leejet/stable-diffusion.cpp, spectrum.hpp',
    extrapolator: emulate(1),
    policy: {
      ...unlearning,
      name: 'spectrum',
      needs: [],
      depth: DEPTH,
      init: () => ({ window, seen: [] }),
      decide: (state, landing, context) => {
        checkAsked(landing, context)
        checkMethods('state', state, [], 'what init or decide returned')
        checkList('state', state.seen, (form) => isRecord(form) && isNumbers(form.velocities))
        const { index, sigma, evaluations } = landing
        const fresh: Seen = { tau: tauOf(index), state: 1, velocities: unit(0, -sigma) }
        const seen = [...state.seen, fresh].slice(-KEPT)
        const grown = index < warmup ? state.window : state.window + growth
        const stopStep = Math.floor(stop * context.numSteps)
        const to = nextEvaluation(index, context.numSteps, (step) => {
          const ends = stopStep > 0 && step >= stopStep
          return step < warmup || ends || (step - index) % Math.floor(grown) === 0
        })
        const jump = walk(index, to, context, (step) => forecast(seen, step))
        const weights = jump.velocities.slice(0, Math.min(evaluations, DEPTH))
        const next = { window: grown, seen: seen.map((form) => ({ ...form, ...afterJump(form, jump) })) }
        return [{ landing: to, weights, stateWeight: jump.state }, next]
      },
    },
  }
}

function tauOf(step: number): number {
  return step / 25 - 1
}

/** Euler steps, the first with the velocity just evaluated, the others towards the forecasts of the data. */
function walk(from: number, to: number, { sigmas }: PolicyContext, dataAt: (step: number) => Form): Form {
  let at: Form = { state: 1, velocities: unit(0, sigmas[from + 1]! - sigmas[from]!) }
  for (let k = from + 1; k < to; k++) {
    const share = sigmas[k + 1]! / sigmas[k]!
    at = combined([
      [share, at],
      [1 - share, dataAt(k)],
    ])
  }
  return at
}

/** The same vector seen from behind a jump, where one velocity more is about to be known. */
function afterJump({ state, velocities }: Form, jump: Form): Form {
  const share = state / jump.state
  const seen = velocities.map((weight, a) => weight - share * jump.velocities[a]!)
  return { state: share, velocities: [0, ...seen.slice(0, -1)] }
}

function combined(terms: readonly (readonly [weight: number, form: Form])[]): Form {
  return {
    state: terms.reduce((sum, [weight, { state }]) => sum + weight * state, 0),
    velocities: unit(0, 0).map((_, a) =>
      terms.reduce((sum, [weight, { velocities }]) => sum + weight * velocities[a]!, 0),
    ),
  }
}

function unit(at: number, value: number): number[] {
  return Array.from({ length: DEPTH }, (_, a) => (a === at ? value : 0))
}
