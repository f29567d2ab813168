import { checkOptions, type OptionNames } from '../check/options.ts'
import { shown } from '../check/shown.ts'
import { checkPositive } from '../check/values.ts'
import { FastFlowError, invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import { checkAsked, checkContext, checkFeedback, checkOutcome } from './check-asked.ts'
import type { Decision, Feedback, Landing, Outcome, PolicyContext, SkipPolicy } from './policy.ts'
import { checkSkipBandit, fitReward, type SkipBandit, type SkipSelection } from './skip-bandit.ts'
import { calibrate, type SkipCalibration, startCalibration } from './skip-price.ts'

export interface BanditSkipOptions<BanditState> {
  /** One independent copy decides at every grid step. */
  readonly bandit: SkipBandit<BanditState>
  /** Skip lengths to choose from, increasing; the paper's code has 0, 2, 4, 6, its text 1, 2, 4, 8. */
  readonly arms: readonly number[]
  /** Scales the price of a network call, above 0: less evaluates more. Default 1. */
  readonly price?: number
}

const names: OptionNames<BanditSkipOptions<never>> = { bandit: true, arms: true, price: true }

/** What the policy has learned, plus what it remembers of the current run. Plain JSON. */
export interface BanditSkipState<BanditState> {
  /** Name of the algorithm the statistics belong to. */
  readonly bandit: string
  readonly arms: readonly number[]
  readonly numSteps: number
  /** Finished runs behind the statistics, the calibration run included. */
  readonly generations: number
  /** Price of a network call in units of squared velocity error; null until one full run has been seen. */
  readonly mu: number | null
  /** What the current run has told of the price so far; null outside of a calibration run. */
  readonly calibration: SkipCalibration | null
  /** One bandit a grid step; null where at most one skip length leaves a step to land on. */
  readonly bandits: readonly (BanditState | null)[]
  /** The choice whose landing has not been evaluated yet. */
  readonly pending: (SkipSelection & { readonly step: number }) | null
}

/**
 * The policy of the FastFlow paper (arXiv 2602.11105): a bandit at every grid step picks how many steps to skip.
 *
 * The network is called at the landing anyway, so the forecast there can be checked, and the bandit that chose
 * the jump gets `r = mu m - MSE(v_hat, v)`; here in units of `mu max(arms)`, so that rewards are at most 1
 * and one exploration constant serves every model (there is no lower bound: a bad forecast can cost many evaluations).
 * A bandit that takes rewards in a range of its own, such as [0, 1], gets them cut at -1 and scaled to it.
 * `mu` is `price` times the largest error that any of the arms would have made anywhere along one full run, divided by
 * its steps: the first run evaluates every step and calibrates, keeping `max(arms) + 3` velocities for that once.
 * So the policy skips where the path is straight compared with its most curved part.
 *
 * Unlike the released code, the reward goes to the bandit that decided, the forecast uses the measured slope
 * and the last step is always evaluated (a jump to the very end could never be judged).
 *
 * @throws FastFlowError `invalid-argument` for bad arms, and for a bandit that has to see contexts or the rewards of all
 *   arms; when a run starts, `policy-mismatch` for a state that was learned with another bandit, other arms or another
 *   number of steps.
 */
export function banditSkip<BanditState>(
  options: BanditSkipOptions<BanditState>,
): SkipPolicy<BanditSkipState<BanditState>> {
  checkOptions('options', options, names)
  const { bandit, price = 1 } = options
  const arms = checkArms(options.arms)
  checkSkipBandit(bandit, arms.length)
  const scale = checkPositive('price', price)
  return {
    version: 1,
    name: `${bandit.name}-skip`,
    needs: ['mismatch'],
    depth: 0,
    init: (context, previous) => {
      checkContext(context)
      const { numSteps } = context
      if (previous === undefined) return fresh(bandit, arms, numSteps)
      checkState(previous)
      checkSame(previous, bandit.name, arms, numSteps)
      return { ...previous, calibration: previous.mu === null ? startCalibration : null, pending: null }
    },
    demand: (state) => {
      checkState(state)
      return state.mu === null
        ? { needs: ['mismatch', 'velocityProducts'], depth: arms.at(-1)! + 3 }
        : { needs: ['mismatch'], depth: 0 }
    },
    decide: (state, landing, context) => {
      checkState(state)
      checkAsked(landing, context)
      if (state.calibration === null) return decide(bandit, arms, state, landing, context)
      const calibration = calibrate(state.calibration, arms, landing, context.sigmas)
      return [{ landing: landing.index + 1 }, { ...state, calibration }]
    },
    observe: (state, feedback) => {
      checkState(state)
      checkFeedback(feedback)
      return observe(bandit, arms, state, feedback)
    },
    finish: (state, outcome) => {
      checkState(state)
      checkOutcome(outcome)
      return finish(scale, state, outcome)
    },
  }
}

/** How many of the arms leave an evaluation before the end of the run. */
function armsAt(arms: readonly number[], step: number, numSteps: number): number {
  return arms.filter((arm) => step + 1 + arm < numSteps).length
}

function fresh<B>(bandit: SkipBandit<B>, arms: readonly number[], numSteps: number): BanditSkipState<B> {
  const bandits = Array.from({ length: numSteps }, (_, step) => {
    const count = armsAt(arms, step, numSteps)
    return count > 1 ? bandit.init({ arms: count }) : null
  })
  return {
    bandit: bandit.name,
    arms,
    numSteps,
    generations: 0,
    mu: null,
    calibration: startCalibration,
    bandits,
    pending: null,
  }
}

function decide<B>(
  bandit: SkipBandit<B>,
  arms: readonly number[],
  state: BanditSkipState<B>,
  landing: Landing,
  { numSteps, random }: PolicyContext,
): readonly [Decision, BanditSkipState<B>] {
  const step = landing.index
  const learned = state.bandits[step] ?? null
  if (learned === null) {
    const skip = armsAt(arms, step, numSteps) === 1 ? arms[0]! : 0
    return [{ landing: step + 1 + skip }, state]
  }
  const selection = bandit.select(learned, random)
  const count = armsAt(arms, step, numSteps)
  if (!Number.isInteger(selection?.arm) || selection.arm < 0 || selection.arm >= count)
    throw invalidArgument('bandit.select', `'${bandit.name}' chose arm ${selection?.arm} of ${count}`)
  return [{ landing: step + 1 + arms[selection.arm]! }, { ...state, pending: { ...selection, step } }]
}

function observe<B>(
  bandit: SkipBandit<B>,
  arms: readonly number[],
  state: BanditSkipState<B>,
  feedback: Feedback,
): BanditSkipState<B> {
  const { pending } = state
  if (state.mu === null || pending === null || pending.step !== feedback.from) return state
  const { step, ...selection } = pending
  const best = state.mu * arms.at(-1)!
  const reward = fitReward(bandit, (state.mu * feedback.skipped - feedback.mismatch) / best)
  const bandits = state.bandits.slice()
  bandits[step] = bandit.update(bandits[step]!, { ...selection, reward })
  return { ...state, bandits, pending: null }
}

function finish<B>(scale: number, state: BanditSkipState<B>, outcome: Outcome): BanditSkipState<B> {
  const { calibration, numSteps } = state
  const ended = { ...state, calibration: null, pending: null }
  if (!outcome.completed) return ended
  // So that it stays finite times the longest skip.
  const most = Number.MAX_VALUE / state.arms.at(-1)!
  const price = Math.min(most, (scale * (calibration?.largest ?? 0)) / numSteps)
  // A run of one step, or along a perfectly straight path, gives no price; the next run calibrates again.
  return { ...ended, mu: state.mu ?? (price > 0 ? price : null), generations: state.generations + 1 }
}

function checkArms(arms: readonly number[]): readonly number[] {
  const valid =
    Array.isArray(arms) &&
    arms.length >= 2 &&
    arms.every((arm, i) => Number.isInteger(arm) && arm >= 0 && arm > (arms[i - 1] ?? -1))
  if (!valid)
    throw invalidArgument('arms', `${shown(arms)} is not an increasing list of at least two skip lengths`)
  return [...arms]
}

function checkState(state: BanditSkipState<unknown>): void {
  if (isRecord(state) && Array.isArray(state.bandits) && Array.isArray(state.arms)) return
  throw invalidArgument('state', `is ${shown(state)}; pass what init, decide or finish returned`)
}

function checkSame<B>(
  state: BanditSkipState<B>,
  bandit: string,
  arms: readonly number[],
  numSteps: number,
): void {
  const mismatch = (field: string, message: string): FastFlowError =>
    new FastFlowError({ code: 'policy-mismatch', field, message: `${field}: ${message}` })
  if (state.bandit !== bandit) {
    throw mismatch('policy.bandit', `was learned by ${state.bandit}, this policy uses ${bandit}`)
  }
  if (state.numSteps !== numSteps) {
    throw mismatch('policy.numSteps', `was learned on ${state.numSteps} steps, this run has ${numSteps}`)
  }
  if (String(state.arms) !== String(arms)) {
    throw mismatch('policy.arms', `was learned with arms [${state.arms}], this policy has [${arms}]`)
  }
}
