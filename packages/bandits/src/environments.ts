import type { Random } from './bandit.ts'
import {
  ANY_REWARD,
  checkArms,
  checkCount,
  checkFunction,
  checkInteger,
  checkList,
  checkNumber,
  checkRandom,
  type Range,
  readNumbers,
  UNIT_REWARD,
  uniform,
} from './check.ts'
import { sampleNormal } from './random/normal.ts'

/** Where rewards come from in a simulation. Rounds count from 0. */
export interface Environment {
  readonly arms: number
  /** Expected reward of every arm in this round; the rewards themselves where nothing is random. */
  expected(round: number): readonly number[]
  /** One reward for every arm in this round. */
  draw(round: number, random: Random): readonly number[]
}

/** Arms that pay 1 with a fixed probability, else 0. @throws BanditError for a probability outside [0, 1]. */
export function bernoulliEnvironment(means: readonly number[]): Environment {
  const checked = checkMeans(means, UNIT_REWARD)
  return environmentOf(
    checked.length,
    () => checked,
    (_, random) => checked.map((mean) => (uniform(random) < mean ? 1 : 0)),
  )
}

/** Arms that pay Normal(mean, deviation^2). @throws BanditError for means or a deviation out of range. */
export function gaussianEnvironment(means: readonly number[], deviation: number): Environment {
  const checked = checkMeans(means, ANY_REWARD)
  checkNumber('deviation', deviation, { low: 0, high: 2 ** 290 })
  return environmentOf(
    checked.length,
    () => checked,
    (_, random) => checked.map((mean) => mean + deviation * sampleNormal(random)),
  )
}

/**
 * An adversary that fixed all rewards beforehand: `rewards(round)` gives one per arm, always the same ones.
 *
 * @throws BanditError here for what is no function, and from the environment when `rewards` gives something else.
 */
export function sequenceEnvironment(
  arms: number,
  rewards: (round: number) => readonly number[],
): Environment {
  checkArms('arms', arms)
  checkFunction('rewards', rewards)
  const fixed = (round: number): readonly number[] => readNumbers('rewards', rewards(round), arms, ANY_REWARD)
  return environmentOf(arms, fixed, fixed)
}

/**
 * An adversary that pays 1 on one arm alone and moves on to the next arm every `period` rounds.
 *
 * @throws BanditError for a number of arms or a period out of range.
 */
export function alternatingEnvironment(arms: number, period: number): Environment {
  checkArms('arms', arms)
  checkInteger('period', period, { low: 1, high: Number.MAX_SAFE_INTEGER })
  return sequenceEnvironment(arms, (round) => {
    const paying = Math.floor(round / period) % arms
    return Array.from({ length: arms }, (_, arm) => (arm === paying ? 1 : 0))
  })
}

function environmentOf(
  arms: number,
  expected: Environment['expected'],
  draw: Environment['draw'],
): Environment {
  return {
    arms,
    expected: (round) => expected(checkCount('round', round)),
    draw(round, random) {
      checkRandom(random)
      return draw(checkCount('round', round), random)
    },
  }
}

function checkMeans(means: readonly number[], range: Range): number[] {
  const arms = checkArms('means.length', checkList('means', means).length)
  return readNumbers('means', means, arms, range)
}
