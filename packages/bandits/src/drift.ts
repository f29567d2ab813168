import { checkCount, checkInteger, checkNumber } from './check.ts'
import { checkOptions, type Names } from './names.ts'
import { checkDocument } from './state.ts'

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

const names: Names<DriftOptions> = { warmUp: true, tolerance: true, threshold: true }

export interface DriftUpdate {
  readonly state: DriftState
  /** What changed; undefined while nothing did. After an alarm, start again from `init()`. */
  readonly alarm: 'rise' | 'fall' | undefined
}

/** A change-point detector on a stream of numbers, pure. */
export interface DriftDetector {
  readonly name: DriftState['kind']
  init(): DriftState
  /** @throws BanditError when `value` is not finite, or the state damaged or another detector's. */
  update(state: DriftState, value: number): DriftUpdate
  /** Checks a state that came from outside, as `JSON.parse` gives it. @throws BanditError naming the field. */
  parse(document: unknown): DriftState
}

const FINITE = { low: -1e150, high: 1e150 }
// Sums that a stream of such values can reach, and evidence that a step can leave behind.
const SQUARES = { low: 0, high: 1e307 }
const EVIDENCE = { low: 0, high: 1e8 }

/**
 * Page-Hinkley test: alarms when the sum of deviations from the running mean leaves its own extreme by more than the
 * threshold. The mean goes on learning, so that a slow drift is taken along and an abrupt change is not.
 *
 * `m <- m + (z - tolerance)`, alarm when `m - min m > threshold`, z the deviation from the mean in standard deviations
 * of the warm-up; the mirror image finds falls. Values should be roughly symmetric: hand in logarithms of mismatches.
 * Default threshold 25.
 *
 * @throws BanditError for options out of range or unknown.
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
 * @throws BanditError for options out of range or unknown.
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
  const { warmUp = 30, tolerance = 0.5, threshold = usualThreshold } = checkOptions('options', options, names)
  checkInteger('warmUp', warmUp, { low: 5, high: 1e6 })
  checkNumber('tolerance', tolerance, { low: 0, high: 10 })
  checkNumber('threshold', threshold, { low: 1, high: 1e6 })
  // A value this far off raises the alarm at once; more would say no more, and might not be finite.
  const most = 2 * (threshold + tolerance)
  return {
    name: kind,
    init: () => ({ version: 1, kind, count: 0, mean: 0, squares: 0, up: 0, down: 0 }),
    parse: (document) => parseDrift(kind, document),
    update(given, value) {
      const state = parseDrift(kind, given)
      checkNumber('value', value, FINITE)
      if (state.count < warmUp) return { state: learn(state, value), alarm: undefined }
      const deviation = Math.sqrt(state.squares / (warmUp - 1))
      // Values that never varied: any other value is a change, and an equal one is none.
      const difference = value - state.mean
      const scaled = deviation > 0 ? difference / deviation : Math.sign(difference) * most
      const z = Math.min(most, Math.max(-most, scaled))
      const up = Math.max(0, state.up + z - tolerance)
      const down = Math.max(0, state.down - z - tolerance)
      const mean = learns ? state.mean + (value - state.mean) / (state.count + 1) : state.mean
      const alarm = up > threshold ? 'rise' : down > threshold ? 'fall' : undefined
      return { state: { ...state, count: state.count + 1, mean, up, down }, alarm }
    },
  }
}

function parseDrift(kind: DriftState['kind'], document: unknown): DriftState {
  const { count, mean, squares, up, down } = checkDocument({ kind }, document)
  return {
    version: 1,
    kind,
    count: checkCount('count', count),
    mean: checkNumber('mean', mean, FINITE),
    squares: checkNumber('squares', squares, SQUARES),
    up: checkNumber('up', up, EVIDENCE),
    down: checkNumber('down', down, EVIDENCE),
  }
}

/** Welford's update. */
function learn(state: DriftState, value: number): DriftState {
  const count = state.count + 1
  const mean = state.mean + (value - state.mean) / count
  return { ...state, count, mean, squares: state.squares + (value - state.mean) * (value - mean) }
}
