import type { QualityRun } from '@fastflow/pipelines'

/** A way to choose in the middle of a replay. */
export interface Chooser {
  choose(run: QualityRun, random: () => number): number
  /** `rewards` of all arms, in [-1, 1]; most look at that of the chosen one alone. */
  learn(run: QualityRun, arm: number, rewards: readonly number[]): void
}
