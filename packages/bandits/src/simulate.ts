import type { Bandit, FullInformationBandit, Random, State } from './bandit.ts'
import { checkInteger } from './check.ts'
import type { Environment } from './environments.ts'

export interface SimulateOptions<Row> {
  readonly bandit: Bandit<Row> | FullInformationBandit<Row>
  readonly environment: Environment
  /** Rounds to play, 1 to 1e8. */
  readonly horizon: number
  /** Drives the environment and the bandit alike. */
  readonly random: Random
  /** Where to begin; a fresh state when omitted. */
  readonly state?: State<Row>
}

export interface Simulation<Row> {
  /** Cumulative pseudo-regret after each round; see {@link simulate}. */
  readonly regret: Float64Array
  /** The arm taken in each round. */
  readonly arms: Uint32Array
  /** The reward received in each round. */
  readonly rewards: Float64Array
  /** How often each arm was taken. */
  readonly pulls: readonly number[]
  readonly state: State<Row>
}

/**
 * Plays a bandit against an environment and keeps the books.
 *
 * Pseudo-regret after t rounds: `max_i sum_s m_i(s) - sum_s m_{arm(s)}(s)`, m the expected rewards: what the
 * best single arm would have brought more, without the luck of the rewards. On stationary arms this is
 * the usual sum of gaps; on a fixed sequence it is the regret against the best fixed arm in hindsight, which
 * may be negative. Cost: O(horizon x arms).
 *
 * @throws RangeError when `horizon` is out of range or `state` has another number of arms.
 */
export function simulate<Row>(options: SimulateOptions<Row>): Simulation<Row> {
  const { bandit, environment, random } = options
  const horizon = checkInteger('horizon', options.horizon, { low: 1, high: 1e8 })
  let state = options.state ?? bandit.init({ arms: environment.arms })
  if (state.arms !== environment.arms) {
    throw new RangeError(`state: has ${state.arms} arms, the environment ${environment.arms}`)
  }
  const regret = new Float64Array(horizon)
  const arms = new Uint32Array(horizon)
  const rewards = new Float64Array(horizon)
  const pulls = new Array<number>(environment.arms).fill(0)
  const alternatives = new Float64Array(environment.arms)
  let received = 0
  for (let round = 0; round < horizon; round++) {
    const expected = environment.expected(round)
    const selection = bandit.select(state, random)
    const drawn = environment.draw(round, random)
    const reward = drawn[selection.arm]!
    state =
      bandit.feedback === 'arm'
        ? bandit.update(state, { ...selection, reward })
        : bandit.update(state, { rewards: drawn })
    for (let arm = 0; arm < alternatives.length; arm++) alternatives[arm]! += expected[arm]!
    received += expected[selection.arm]!
    regret[round] = Math.max(...alternatives) - received
    arms[round] = selection.arm
    rewards[round] = reward
    pulls[selection.arm]!++
  }
  return { regret, arms, rewards, pulls, state }
}
