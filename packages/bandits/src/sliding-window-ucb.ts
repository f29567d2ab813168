import type { Bandit, State } from './bandit.ts'
import { ANY_REWARD, checkCount, checkInteger, checkList, checkNumber, checkRecord } from './check.ts'
import { BanditError } from './errors.ts'
import { forgettingBandit, type Remembered } from './forgetting.ts'
import { checkOptions, type Names } from './names.ts'
import type { RowShape } from './state.ts'

export interface SlidingWindowUcbOptions {
  /** Pulls that are remembered, 1 to 1e6; default 200. A state holds that many numbers a worker. */
  readonly window?: number
  /** Width of the confidence bonus, in the unit of the rewards, as for `ucb1`; default `sqrt(2)`. */
  readonly c?: number
}

const names: Names<SlidingWindowUcbOptions> = { window: true, c: true }

/** The last pulls, oldest first; `pulls` counts every pull ever made. */
export interface WindowRow {
  readonly pulls: number
  readonly arms: readonly number[]
  readonly rewards: readonly number[]
}

/**
 * UCB1 on the last `window` pulls alone, for rewards that change abruptly: what is older is forgotten altogether.
 *
 * `argmax mean + c sqrt(ln min(n, window) / N)` over the window. A prior counts until the window is full. Each worker
 * has a window of its own. Arms not in the window come first; deterministic, propensity 1. Regret with B breakpoints in n
 * rounds and `window = 2 sqrt(n ln n / B)`: `O(sqrt(n B ln n))`.
 *
 * @throws BanditError when an option is out of range or unknown.
 *
 * Reference: Garivier and Moulines (2011), On Upper-Confidence Bound Policies for Switching Bandit Problems, ALT.
 */
export function slidingWindowUcb(options: SlidingWindowUcbOptions = {}): Bandit<WindowRow> {
  const { c = Math.SQRT2, window = 200 } = checkOptions('options', options, names)
  checkInteger('window', window, { low: 1, high: 1e6 })
  return forgettingBandit({
    shape,
    c,
    observe: (row, arm, reward) => ({
      pulls: row.pulls + 1,
      arms: [...row.arms, arm].slice(-window),
      rewards: [...row.rewards, reward].slice(-window),
    }),
    recall: (state) => remembered(state, window),
  })
}

function remembered(state: State<WindowRow>, window: number): Remembered[] {
  const rows = Object.values(state.rows)
  const fresh = rows.every((row) => row.pulls < window)
  const weights = Array.from({ length: state.arms }, (_, arm) =>
    fresh ? (state.prior?.[arm]?.weight ?? 0) : 0,
  )
  const sums = weights.map((weight, arm) => weight * (state.prior?.[arm]?.mean ?? 0))
  for (const row of rows) {
    for (const [i, arm] of row.arms.slice(-window).entries()) {
      weights[arm]!++
      sums[arm]! += row.rewards.at(i - Math.min(window, row.arms.length))!
    }
  }
  return weights.map((weight, arm) => ({ weight, mean: weight > 0 ? sums[arm]! / weight : undefined }))
}

const shape: RowShape<WindowRow> = {
  kind: 'sliding-window-ucb',
  priorMeans: ANY_REWARD,
  sound: new WeakMap(),
  empty: () => ({ pulls: 0, arms: [], rewards: [] }),
  pulls: (row) => row.pulls,
  numbers: (row) => [...row.arms, ...row.rewards],
  read(field, value, arms) {
    const row = checkRecord(field, value)
    const pulls = checkCount(`${field}.pulls`, row.pulls)
    const taken = readList(`${field}.arms`, row.arms, (at, arm) =>
      checkInteger(at, arm, { low: 0, high: arms - 1 }),
    )
    const rewards = readList(`${field}.rewards`, row.rewards, (at, reward) =>
      checkNumber(at, reward, ANY_REWARD),
    )
    if (taken.length !== rewards.length || taken.length > pulls) {
      throw new BanditError(`${field}.arms`, `must have one entry per reward and at most pulls (${pulls})`)
    }
    return { pulls, arms: taken, rewards }
  },
}

function readList(field: string, value: unknown, read: (at: string, entry: unknown) => number): number[] {
  return Array.from(checkList(field, value), (entry, i) => read(`${field}[${i}]`, entry))
}
