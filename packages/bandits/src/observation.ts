import type { Observation } from './bandit.ts'
import { checkArm, checkPropensity, checkReward, type Range } from './check.ts'
import { checkOptions, type Names } from './names.ts'
import { workerOf } from './state.ts'

/** The parts of an observation that every algorithm looks at, checked. */
export interface CheckedObservation {
  readonly arm: number
  readonly reward: number
  readonly worker: string
}

export const observationNames: Names<Observation> = {
  arm: true,
  reward: true,
  propensity: true,
  worker: true,
}

/** @throws BanditError naming the field, or a misspelt one with the nearest known. */
export function checkObservation<Observed extends Observation>(
  observed: Observed,
  arms: number,
  rewards: Range,
  names: Names<Observed>,
): CheckedObservation {
  checkOptions('observation', observed, names)
  const arm = checkArm(observed.arm, arms)
  const reward = checkReward('reward', observed.reward, rewards)
  if (observed.propensity !== undefined) checkPropensity(observed.propensity)
  return { arm, reward, worker: workerOf(observed) }
}
