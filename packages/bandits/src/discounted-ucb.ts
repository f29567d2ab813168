import type { Bandit, State } from './bandit.ts'
import { ANY_REWARD, checkArray, checkCount, checkNumber, checkRecord, readNumbers } from './check.ts'
import { forgettingBandit, type Remembered } from './forgetting.ts'
import { checkOptions, type Names } from './names.ts'
import type { RowShape } from './state.ts'

export interface DiscountedUcbOptions {
  /** What an observation is worth one pull later, 0.5 to 1 (no forgetting); default 0.99, a memory of about 100 pulls. */
  readonly discount?: number
  /** Width of the confidence bonus, in the unit of the rewards, as for `ucb1`; default `sqrt(2)`. */
  readonly c?: number
}

const names: Names<DiscountedUcbOptions> = { discount: true, c: true }

// Weights below this are given up together with their sums: further on, one of the two would run out before the other.
const FORGOTTEN = 1e-200

/** Per arm, discounted: pulls and sum of rewards; `pulls` counts every pull ever made. */
export interface DiscountedRow {
  readonly pulls: number
  readonly weights: readonly number[]
  readonly sums: readonly number[]
}

/**
 * UCB1 that forgets, for rewards that drift: every pull multiplies what was seen before by `discount`.
 *
 * `argmax mean + c sqrt(ln n / N)` with discounted counts n, N and means. A prior fades in the same way, by all
 * pulls. Each worker's observations age with that worker's own pulls. Arms without any observation come first;
 * deterministic, propensity 1. Regret with B breakpoints in n rounds and `discount = 1 - sqrt(B / n) / 4`:
 * `O(sqrt(n B) ln n)`; where nothing drifts regret stays linear, though small.
 *
 * @throws BanditError when an option is out of range or unknown.
 *
 * Reference: Garivier and Moulines (2011), On Upper-Confidence Bound Policies for Switching Bandit Problems, ALT.
 */
export function discountedUcb(options: DiscountedUcbOptions = {}): Bandit<DiscountedRow> {
  const { c = Math.SQRT2, discount = 0.99 } = checkOptions('options', options, names)
  checkNumber('discount', discount, { low: 0.5, high: 1 })
  return forgettingBandit({
    shape,
    c,
    observe(row, arm, reward) {
      const aged = (values: readonly number[], added: number): number[] =>
        values.map((value, i) => {
          const kept = row.weights[i]! < FORGOTTEN ? 0 : discount * value
          return kept + (i === arm ? added : 0)
        })
      return { pulls: row.pulls + 1, weights: aged(row.weights, 1), sums: aged(row.sums, reward) }
    },
    recall: (state) => discounted(state, discount),
  })
}

function discounted(state: State<DiscountedRow>, discount: number): Remembered[] {
  const rows = Object.values(state.rows)
  const faded = discount ** rows.reduce((total, row) => total + row.pulls, 0)
  return Array.from({ length: state.arms }, (_, arm) => {
    const belief = state.prior?.[arm]
    let weight = faded * (belief?.weight ?? 0)
    let total = weight * (belief?.mean ?? 0)
    for (const row of rows) {
      weight += row.weights[arm]!
      total += row.sums[arm]!
    }
    return { weight, mean: weight > 0 ? total / weight : undefined }
  })
}

const shape: RowShape<DiscountedRow> = {
  kind: 'discounted-ucb',
  priorMeans: ANY_REWARD,
  sound: new WeakMap(),
  empty(arms) {
    const zeros: readonly number[] = new Array<number>(arms).fill(0)
    return { pulls: 0, weights: zeros, sums: zeros }
  },
  pulls: (row) => row.pulls,
  numbers: (row) => [...row.weights, ...row.sums],
  read(field, value, arms) {
    const row = checkRecord(field, value)
    const pulls = checkCount(`${field}.pulls`, row.pulls)
    const weights = readNumbers(`${field}.weights`, row.weights, arms, { low: 0, high: pulls })
    const sums = Array.from(checkArray(`${field}.sums`, row.sums, arms), (sum, arm) => {
      const limit = weights[arm]! * ANY_REWARD.high
      return checkNumber(`${field}.sums[${arm}]`, sum, { low: -limit, high: limit })
    })
    return { pulls, weights, sums }
  },
}
