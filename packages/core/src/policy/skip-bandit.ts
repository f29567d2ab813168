import { invalidArgument } from '../errors.ts'
import type { Random } from '../random/random.ts'

/** What a bandit chose; the propensity, where it has one, comes back to it with the reward. */
export interface SkipSelection {
  readonly arm: number
  readonly propensity?: number | undefined
}

/** What a skip policy asks of a bandit; those of `@fastflow/bandits` that learn from single arms satisfy it. */
export interface SkipBandit<State> {
  readonly name: string
  /** A run shows what the chosen arm brings, never what the others would have: bandits that need all are refused. */
  readonly feedback?: 'arm'
  /** Least and largest reward that `update` takes. Where this does not hold [-1, 1], rewards are scaled. Default any. */
  readonly rewards?: { readonly low: number; readonly high: number }
  /** An empty state, plain JSON like every later one. */
  init(options: { readonly arms: number }): State
  select(state: State, random: Random): SkipSelection
  update(state: State, observation: SkipSelection & { readonly reward: number }): State
}

/**
 * A reward of at most 1, without a lower bound, as this bandit takes it.
 *
 * A bandit whose range holds [-1, 1] gets it as it is, cut at the range's low end. Any other gets `(1 + max(-1, r)) / 2` of
 * its range. So -1 is the worst it is told of: a forecast that cost as much as the longest skip could have saved. The arm
 * that skips nothing earns about 0, the middle, so that what is worse than evaluating stays worse.
 */
export function fitReward({ rewards }: Pick<SkipBandit<unknown>, 'rewards'>, reward: number): number {
  const { low, high } = rewards ?? { low: -Number.MAX_VALUE, high: 1 }
  if (low <= -1 && high >= 1) return Math.max(low, reward)
  return Math.min(high, low + ((1 + Math.max(-1, reward)) / 2) * (high - low))
}

/**
 * Refuses, before the first run, what could not learn in one.
 *
 * @throws FastFlowError `invalid-argument` naming the part of the bandit, and what to use instead.
 */
export function checkSkipBandit(bandit: SkipBandit<unknown>, arms: number): void {
  if (typeof bandit !== 'object' || bandit === null)
    throw invalidArgument('bandit', 'is no bandit; pass one, such as ucb1() of @fastflow/bandits')
  const { name, rewards } = bandit
  const feedback: unknown = bandit.feedback
  for (const method of ['init', 'select', 'update'] as const)
    if (typeof bandit[method] !== 'function')
      throw invalidArgument(`bandit.${method}`, 'is no function; a bandit has init, select and update')
  if (typeof name !== 'string' || name === '') throw invalidArgument('bandit.name', 'is no name')
  if (feedback !== undefined && feedback !== 'arm') {
    const problem = `'${name}' has to see the rewards of all arms, and a run shows the chosen one's alone`
    throw invalidArgument('bandit', `${problem}; use one that learns from single arms, such as exp3()`)
  }
  if (rewards !== undefined && !isRange(rewards))
    throw invalidArgument('bandit.rewards', 'is no range { low, high } of finite numbers, low below high')
  try {
    bandit.init({ arms })
  } catch (cause) {
    const problem = `'${name}' cannot start from a number of arms alone (${cause instanceof Error ? cause.message : cause})`
    throw invalidArgument('bandit', `${problem}; use one that needs no contexts, such as ucb1()`)
  }
}

function isRange(value: { readonly low: number; readonly high: number } | null): boolean {
  if (value === null) return false
  return Number.isFinite(value.low) && Number.isFinite(value.high) && value.low < value.high
}
