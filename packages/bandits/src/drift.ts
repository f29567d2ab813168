import { checkInteger, checkNumber } from './check.ts'

/** Where a detector stands: plain JSON. */
export interface DriftState {
  readonly version: 1
  readonly kind: 'page-hinkley' | 'cusum'
  /** Values seen since the last alarm. */
  readonly count: number
  /** Mean of the values that stand for normal. */
  readonly mean: number
  /** Sum of their squared deviations. */
  readonly squares: number
  /** Evidence of a rise and of a fall, in standard deviations. */
  readonly up: number
  readonly down: number
}

export interface DriftOptions {
  /** Values that set the normal mean and deviation before anything is judged, 5 to 1e6; default 30. */
  readonly warmUp?: number
  /** Change that is tolerated, in standard deviations, 0 to 10; default 0.5. */
  readonly tolerance?: number
  /** Evidence that raises the alarm, in standard deviations, 1 to 1e6; default depends on the detector. */
  readonly threshold?: number
}

export interface DriftUpdate {
  readonly state: DriftState
  /** What changed; undefined while nothing did. After an alarm, start again from `init()`. */
  readonly alarm: 'rise' | 'fall' | undefined
}

/** A change-point detector on a stream of numbers, pure. */
export interface DriftDetector {
  readonly name: DriftState['kind']
  init(): DriftState
  /** @throws RangeError or TypeError when `value` is not finite, or the state another detector's. */
  update(state: DriftState, value: number): DriftUpdate
}

const FINITE = { low: -1e150, high: 1e150 }

/**
 * Page-Hinkley test: alarms when the sum of deviations from the running mean leaves its own extreme by more than the
 * threshold. The mean goes on learning, so that a slow drift is taken along and an abrupt change is not.
 *
 * `m <- m + (z - tolerance)`, alarm when `m - min m > threshold`, z the deviation from the mean in standard deviations
 * of the warm-up; the mirror image finds falls. Values should be roughly symmetric: hand in logarithms of mismatches.
 * Default threshold 25.
 *
 * @throws RangeError for options out of range.
 *
 * Reference: Page (1954), Continuous Inspection Schemes, Biometrika 41; Gama et al. (2014), A Survey on Concept Drift
 * Adaptation, ACM Computing Surveys 46(4), section 3.2.
 */
export function pageHinkley(options: DriftOptions = {}): DriftDetector {
  return createDetector('page-hinkley', options, 25, true)
}

/**
 * CUSUM: like {@link pageHinkley} against the fixed mean of the warm-up, so that slow drift adds up until it is found.
 * Default threshold 25: a false alarm is rare even though mean and deviation come from 30 values alone.
 *
 * `up <- max(0, up + z - tolerance)`, alarm when `up > threshold`.
 *
 * @throws RangeError for options out of range.
 *
 * Reference: Page (1954), Continuous Inspection Schemes, Biometrika 41.
 */
export function cusum(options: DriftOptions = {}): DriftDetector {
  return createDetector('cusum', options, 25, false)
}

function createDetector(
  kind: DriftState['kind'],
  options: DriftOptions,
  usualThreshold: number,
  learns: boolean,
): DriftDetector {
  const warmUp = checkInteger('warmUp', options.warmUp ?? 30, { low: 5, high: 1e6 })
  const tolerance = checkNumber('tolerance', options.tolerance ?? 0.5, { low: 0, high: 10 })
  const threshold = checkNumber('threshold', options.threshold ?? usualThreshold, { low: 1, high: 1e6 })
  return {
    name: kind,
    init: () => ({ version: 1, kind, count: 0, mean: 0, squares: 0, up: 0, down: 0 }),
    update(state, value) {
      if (state.kind !== kind)
        throw new TypeError(`kind: the state belongs to '${state.kind}', this detector is '${kind}'`)
      checkNumber('value', value, FINITE)
      if (state.count < warmUp) return { state: learn(state, value), alarm: undefined }
      const deviation = Math.sqrt(state.squares / (warmUp - 1))
      // Values that never varied: any other value is a change, and an equal one is none.
      const z =
        deviation > 0 ? (value - state.mean) / deviation : Math.sign(value - state.mean) * 2 * threshold
      const up = Math.max(0, state.up + z - tolerance)
      const down = Math.max(0, state.down - z - tolerance)
      const mean = learns ? state.mean + (value - state.mean) / (state.count + 1) : state.mean
      const alarm = up > threshold ? 'rise' : down > threshold ? 'fall' : undefined
      return { state: { ...state, count: state.count + 1, mean, up, down }, alarm }
    },
  }
}

/** Welford's update. */
function learn(state: DriftState, value: number): DriftState {
  const count = state.count + 1
  const mean = state.mean + (value - state.mean) / count
  return { ...state, count, mean, squares: state.squares + (value - state.mean) * (value - mean) }
}
