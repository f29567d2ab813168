import fc from 'fast-check'
import {
  type Bandit,
  discountedUcb,
  epsilonGreedy,
  exp3,
  type FullInformationBandit,
  hedge,
  klUcb,
  type State,
  thompsonBeta,
  thompsonGaussian,
  ucb1,
} from '../src/index.ts'

/** One outcome that every bandit can learn from; the table of rewards is for full information. */
export interface Event {
  readonly worker: string
  readonly arm: number
  readonly rewards: readonly number[]
}

/** A bandit with the type of its rows hidden, so that one suite runs over all. */
export interface Contender {
  readonly name: string
  readonly bandit: Bandit<unknown> | FullInformationBandit<unknown>
  /** Whether `init` takes a prior. */
  readonly warm: boolean
  /** Whether rewards have to lie in [0, 1]. */
  readonly unit: boolean
  /** Whether what was seen counts alike whoever saw it; false where observations age with their worker's pulls. */
  readonly pooled: boolean
}

function contender<Row>(
  bandit: Bandit<Row> | FullInformationBandit<Row>,
  warm: boolean,
  unit: boolean,
  name = bandit.name,
  pooled = true,
): Contender {
  return { name, bandit: bandit as Contender['bandit'], warm, unit, pooled }
}

export const contenders: readonly Contender[] = [
  contender(epsilonGreedy(), true, false),
  contender(ucb1(), true, false),
  contender(klUcb(), true, true),
  contender(discountedUcb(), true, false, 'discounted-ucb', false),
  contender(thompsonGaussian(), true, false),
  contender(thompsonGaussian({ variance: 0.25 }), true, false, 'thompson-gaussian, known variance'),
  contender(thompsonBeta(), true, true),
  contender(exp3(), false, true),
  contender(hedge(), false, true),
]

export const ARMS = 3

// Multiples of 1/256: their sums are exact in every order.
const reward = fc.integer({ min: 0, max: 256 }).map((n) => n / 256)

export const events: fc.Arbitrary<Event[]> = fc.array(
  fc.record({
    worker: fc.constantFrom('a', 'b', 'local', '__proto__', 'constructor', '10', '9'),
    arm: fc.nat(ARMS - 1),
    rewards: fc.array(reward, { minLength: ARMS, maxLength: ARMS }),
  }),
  { maxLength: 60 },
)

export function learn({ bandit }: Contender, state: State<unknown>, event: Event): State<unknown> {
  if (bandit.feedback === 'all-arms') {
    return bandit.update(state, { rewards: event.rewards, worker: event.worker })
  }
  return bandit.update(state, {
    arm: event.arm,
    reward: event.rewards[event.arm] ?? 0,
    propensity: 0.5,
    worker: event.worker,
  })
}

export function learnAll(contender: Contender, history: readonly Event[]): State<unknown> {
  return history.reduce(
    (state, event) => learn(contender, state, event),
    contender.bandit.init({ arms: ARMS }),
  )
}
