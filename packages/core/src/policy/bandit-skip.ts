import { invalidArgument } from '../errors.ts'
import type { Random } from '../random/random.ts'
import type { Decision, Feedback, Landing, Outcome, PolicyContext, SkipPolicy } from './policy.ts'

/** What a skip policy asks of a bandit; the algorithms of `@fastflow/bandits` satisfy it. State is plain JSON. */
export interface SkipBandit<State> {
  readonly name: string
  init(options: { readonly arms: number }): State
  select(state: State, random: Random): { readonly arm: number }
  update(state: State, observation: { readonly arm: number; readonly reward: number }): State
}

export interface BanditSkipOptions<BanditState> {
  /** One independent copy decides at every grid step. */
  readonly bandit: SkipBandit<BanditState>
  /** Skip lengths to choose from, increasing; the paper's code has 0, 2, 4, 6, its text 1, 2, 4, 8. */
  readonly arms: readonly number[]
}

/** What the policy has learned, plus what it remembers of the current run. */
export interface BanditSkipState<BanditState> {
  readonly arms: readonly number[]
  readonly numSteps: number
  /** Finished runs behind the statistics, the calibration run included. */
  readonly generations: number
  /** Price of a network call in units of squared velocity error; undefined until one full run has been seen. */
  readonly mu: number | undefined
  /** Largest mismatch of the current calibration run. */
  readonly largest: number
  /** One bandit a grid step; undefined where at most one skip length leaves a step to land on. */
  readonly bandits: readonly (BanditState | undefined)[]
  readonly pending: { readonly step: number; readonly arm: number } | undefined
}

/**
 * The policy of the FastFlow paper (arXiv 2602.11105): a bandit at every grid step picks how many steps to skip.
 *
 * The network is called at the landing anyway, so the forecast there can be checked, and the bandit that chose
 * the jump gets `r = mu m - MSE(v_hat, v)`; here in units of `mu max(arms)`, so that rewards are at most 1
 * and one exploration constant serves every model. `mu` is the largest mismatch of one full run divided by its
 * steps: the first run evaluates every step and calibrates.
 *
 * Unlike the released code, the reward goes to the bandit that decided, the forecast uses the measured slope
 * and the last step is always evaluated (a jump to the very end could never be judged).
 */
export function banditSkip<BanditState>(
  options: BanditSkipOptions<BanditState>,
): SkipPolicy<BanditSkipState<BanditState>> {
  const { bandit } = options
  const arms = checkArms(options.arms)
  const armsAt = (step: number, numSteps: number): number =>
    arms.filter((arm) => step + 1 + arm <= numSteps - 1).length

  const fresh = (numSteps: number): BanditSkipState<BanditState> => ({
    arms,
    numSteps,
    generations: 0,
    mu: undefined,
    largest: 0,
    bandits: Array.from({ length: numSteps }, (_, step) => {
      const count = armsAt(step, numSteps)
      return count > 1 ? bandit.init({ arms: count }) : undefined
    }),
    pending: undefined,
  })

  return {
    version: 1,
    name: `${bandit.name}-skip`,
    needs: ['mismatch'],
    depth: 0,
    init: ({ numSteps }, previous) => {
      if (previous === undefined) return fresh(numSteps)
      checkSame(previous, arms, numSteps)
      return { ...previous, largest: 0, pending: undefined }
    },
    decide: (state, landing, context) => decide(bandit, arms, armsAt, state, landing, context),
    observe: (state, feedback) => observe(bandit, arms, state, feedback),
    finish,
  }
}

function decide<B>(
  bandit: SkipBandit<B>,
  arms: readonly number[],
  armsAt: (step: number, numSteps: number) => number,
  state: BanditSkipState<B>,
  landing: Landing,
  { numSteps, random }: PolicyContext,
): readonly [Decision, BanditSkipState<B>] {
  const step = landing.index
  const learned = state.bandits[step]
  if (state.mu === undefined) return [{ landing: step + 1 }, { ...state, pending: undefined }]
  if (learned === undefined) {
    const skip = armsAt(step, numSteps) === 1 ? arms[0]! : 0
    return [{ landing: step + 1 + skip }, { ...state, pending: undefined }]
  }
  const { arm } = bandit.select(learned, random)
  return [{ landing: step + 1 + arms[arm]! }, { ...state, pending: { step, arm } }]
}

function observe<B>(
  bandit: SkipBandit<B>,
  arms: readonly number[],
  state: BanditSkipState<B>,
  feedback: Feedback,
): BanditSkipState<B> {
  if (state.mu === undefined) return { ...state, largest: Math.max(state.largest, feedback.mismatch) }
  const { pending } = state
  if (pending === undefined || pending.step !== feedback.from) return state
  const best = state.mu * arms.at(-1)!
  const reward = (state.mu * feedback.skipped - feedback.mismatch) / best
  const bandits = state.bandits.slice()
  bandits[pending.step] = bandit.update(bandits[pending.step]!, { arm: pending.arm, reward })
  return { ...state, bandits, pending: undefined }
}

function finish<B>(state: BanditSkipState<B>, outcome: Outcome): BanditSkipState<B> {
  if (!outcome.completed) return { ...state, pending: undefined }
  // A run of one or two steps has no mismatch to learn a price from; the next run calibrates again.
  const mu = state.mu ?? (state.largest > 0 ? state.largest / state.numSteps : undefined)
  return { ...state, mu, generations: state.generations + 1, pending: undefined }
}

function checkArms(arms: readonly number[]): readonly number[] {
  const valid =
    arms.length >= 2 && arms.every((arm, i) => Number.isInteger(arm) && arm >= 0 && arm > (arms[i - 1] ?? -1))
  if (!valid)
    throw invalidArgument('arms', `[${arms}] is not an increasing list of at least two skip lengths`)
  return [...arms]
}

function checkSame<B>(state: BanditSkipState<B>, arms: readonly number[], numSteps: number): void {
  if (state.numSteps !== numSteps) {
    throw invalidArgument(
      'policy.numSteps',
      `was learned on ${state.numSteps} steps, this run has ${numSteps}`,
    )
  }
  if (String(state.arms) !== String(arms)) {
    throw invalidArgument('policy.arms', `was learned with arms [${state.arms}], this policy has [${arms}]`)
  }
}
