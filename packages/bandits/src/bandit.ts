/** Uniform numbers in [0, 1). Every random choice comes from such an argument; no state holds a generator. */
export type Random = () => number

/** Least and largest reward that a bandit takes, both included. */
export interface RewardRange {
  readonly low: number
  readonly high: number
}

/** What is believed of one arm before its first pull, as pseudo-observations. */
export interface ArmPrior {
  /** Expected reward, in the unit of the rewards. */
  readonly mean: number
  /** How many pulls this belief is worth: 0 for none, else 1e-6 to 1e12, fractions allowed. */
  readonly weight: number
}

export interface InitOptions {
  /** Number of arms, 1 to 65,536. */
  readonly arms: number
  /** Warm start, one entry per arm. Refused by EXP3 and Hedge, whose weights have no such reading. */
  readonly prior?: readonly ArmPrior[]
}

/**
 * Everything a bandit has learned: plain JSON, statistics only, neither options nor randomness.
 *
 * One row of statistics per worker; decisions use their sum. Store it with `JSON.stringify`, read it
 * back with the bandit's `parse`.
 */
export interface State<Row> {
  readonly version: 1
  /** Name of the algorithm that the statistics belong to. */
  readonly kind: string
  readonly arms: number
  readonly prior?: readonly ArmPrior[]
  /** By worker name, in sorted order, so that equal states serialise to equal text. */
  readonly rows: Readonly<Record<string, Row>>
}

/** The chosen arm and how probable that choice was. */
export interface Selection {
  readonly arm: number
  /** In (0, 1]: 1 for deterministic choices, undefined where it has no closed form (Thompson sampling). */
  readonly propensity: number | undefined
}

/** The outcome of one pull. Spread the selection into it: `{ ...selection, reward }`. */
export interface Observation {
  readonly arm: number
  /** A missing reward means no update, never zero: do not call `update` then. */
  readonly reward: number
  /** As `select` returned it. EXP3 needs it, the others ignore it. */
  readonly propensity?: number | undefined
  /** Whose row is updated, `local` when omitted. Two writers must never share a name. */
  readonly worker?: string
}

/** The outcome of one round in which the rewards of all arms are known. */
export interface FullObservation {
  /** One reward per arm. */
  readonly rewards: readonly number[]
  readonly worker?: string
}

/** What all bandits share. Pure: no method changes its arguments, new states share what did not change. */
export interface BanditBase<Row, Observed> {
  readonly name: string
  readonly version: 1
  /** What `update` takes: [0, 1], or any scale, which ends at 2^300 in size. */
  readonly rewards: RewardRange
  /** An empty state. @throws BanditError naming the field. */
  init(options: InitOptions): State<Row>
  /** Chooses an arm. Cost: O(arms x workers). @throws BanditError when `random` leaves [0, 1), or for a bad state. */
  select(state: State<Row>, random: Random): Selection
  /** Learns from one outcome. Cost: O(arms + workers). @throws BanditError naming the field. */
  update(state: State<Row>, observed: Observed): State<Row>
  /**
   * Joins what several workers learned: for each worker the row with more pulls is kept (a state-based
   * CRDT, like a grow-only counter), so merging is commutative, associative and idempotent.
   *
   * Rows of one worker with equal pulls and other content (two writers under one name) are settled by
   * a fixed total order. @throws BanditError when kinds, arms or priors differ.
   */
  merge(a: State<Row>, b: State<Row>): State<Row>
  /**
   * Checks a document that came from outside, as `JSON.parse` gives it: text and bytes are refused.
   *
   * @throws BanditError naming the field, e.g. `rows.local.pulls[2]`, whatever the document is.
   */
  parse(document: unknown): State<Row>
}

/** A bandit that sees only the reward of the arm it pulled. */
export interface Bandit<Row> extends BanditBase<Row, Observation> {
  readonly feedback: 'arm'
}

/** A bandit that sees the rewards of all arms after each round. */
export interface FullInformationBandit<Row> extends BanditBase<Row, FullObservation> {
  readonly feedback: 'all-arms'
}
