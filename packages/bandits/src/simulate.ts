import type { Bandit, FullInformationBandit, Random, State } from './bandit.ts'
import {
  ANY_REWARD,
  checkArm,
  checkArms,
  checkFunction,
  checkInteger,
  checkRandom,
  checkRecord,
  readNumbers,
} from './check.ts'
import { checkBandit } from './check-bandit.ts'
import type { Environment } from './environments.ts'
import { BanditError } from './errors.ts'
import { checkOptions, type Names } from './names.ts'

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

const names: Names<SimulateOptions<unknown>> = {
  bandit: true,
  environment: true,
  horizon: true,
  random: true,
  state: true,
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
 * @throws BanditError naming the option, among them a `state` of another number of arms, or what the environment gave.
 */
export function simulate<Row>(options: SimulateOptions<Row>): Simulation<Row> {
  const { bandit, environment, random } = checkOptions('options', options, names)
  checkBandit('bandit', bandit)
  checkEnvironment(environment)
  checkRandom(random)
  const horizon = checkInteger('horizon', options.horizon, { low: 1, high: 1e8 })
  let state = options.state === undefined ? bandit.init({ arms: environment.arms }) : options.state
  checkRecord('state', state)
  if (state.arms !== environment.arms) {
    throw new BanditError('state', `has ${state.arms} arms, the environment ${environment.arms}`)
  }
  const regret = new Float64Array(horizon)
  const arms = new Uint32Array(horizon)
  const rewards = new Float64Array(horizon)
  const pulls = new Array<number>(environment.arms).fill(0)
  const alternatives = new Float64Array(environment.arms)
  let received = 0
  for (let round = 0; round < horizon; round++) {
    const expected = readNumbers(
      'environment.expected',
      environment.expected(round),
      environment.arms,
      ANY_REWARD,
    )
    const selection = bandit.select(state, random)
    checkArm(checkRecord('selection', selection).arm, environment.arms)
    const drawn = readNumbers(
      'environment.draw',
      environment.draw(round, random),
      environment.arms,
      ANY_REWARD,
    )
    const reward = drawn[selection.arm]!
    state =
      bandit.feedback === 'arm'
        ? bandit.update(state, { ...selection, reward })
        : bandit.update(state, { rewards: drawn })
    received += expected[selection.arm]!
    regret[round] = addUp(alternatives, expected) - received
    arms[round] = selection.arm
    rewards[round] = reward
    pulls[selection.arm]!++
  }
  return { regret, arms, rewards, pulls, state }
}

/** Adds to every total in place and gives back the largest. */
function addUp(totals: Float64Array, values: readonly number[]): number {
  let largest = -Infinity
  for (let i = 0; i < totals.length; i++) {
    totals[i]! += values[i]!
    largest = Math.max(largest, totals[i]!)
  }
  return largest
}

function checkEnvironment(value: unknown): void {
  const { arms, expected, draw } = checkRecord('environment', value)
  checkArms('environment.arms', arms)
  checkFunction('environment.expected', expected)
  checkFunction('environment.draw', draw)
}
