import { describe, expect, it } from 'vitest'
import { bernoulliEnvironment, conservative, conservativeArms, simulate, ucb1 } from '../src/index.ts'
import { seeded } from './seeded.ts'

const ALPHA = 0.1
// The baseline is good, one arm is better and the others are bad.
const MEANS = [0.6, 0.75, 0.05, 0.05, 0.05, 0.05]

/** Largest shortfall, over all rounds, against `(1 - alpha)` of the baseline's expected reward. */
function worstShortfall(safe: boolean, seed: number): number {
  const bandit = safe ? conservative(ucb1(), { baseline: 0, alpha: ALPHA }) : ucb1()
  const { arms } = simulate({
    bandit,
    environment: bernoulliEnvironment(MEANS),
    horizon: 3000,
    random: seeded(seed),
  })
  let earned = 0
  let worst = 0
  for (const [t, arm] of arms.entries()) {
    earned += MEANS[arm]!
    worst = Math.max(worst, (1 - ALPHA) * MEANS[0]! * (t + 1) - earned)
  }
  return worst
}

describe('conservative', () => {
  it('never falls more than alpha behind the baseline, where the inner bandit does', () => {
    for (let seed = 0; seed < 10; seed++) {
      expect(worstShortfall(true, seed)).toBe(0)
      expect(worstShortfall(false, seed)).toBeGreaterThan(1)
    }
  })

  it('still finds the better arm in the end', () => {
    const bandit = conservative(ucb1(), { baseline: 0, alpha: 0.3 })
    const environment = bernoulliEnvironment([0.5, 0.9])
    const { arms } = simulate({ bandit, environment, horizon: 4000, random: seeded(1) })
    expect(arms.slice(-500).filter((arm) => arm === 1).length).toBeGreaterThan(400)
  })

  it('takes the baseline while nothing is known', () => {
    const bandit = conservative(ucb1(), { baseline: 2 })
    expect(bandit.select(bandit.init({ arms: 3 }), seeded(1))).toEqual({ arm: 2, propensity: 1 })
  })

  it('refuses bad options, unknown baselines and rewards outside [0, 1]', () => {
    expect(() => conservative(ucb1(), { baseline: 0, alpha: 0 })).toThrow(/^alpha: /)
    expect(() => conservative(ucb1(), { baseline: 0, delta: 1 })).toThrow(/^delta: /)
    const bandit = conservative(ucb1(), { baseline: 3 })
    const state = bandit.init({ arms: 3 })
    expect(() => bandit.select(state, seeded(1))).toThrow(/^arm: /)
    expect(() => bandit.update(state, { arm: 0, reward: 2 })).toThrow(/^reward: .*rescale/)
  })

  it('allows what stays within alpha of the baseline whatever the truth is, and the baseline always', () => {
    const known = { taken: 10, low: 0.6, high: 0.6 }
    const unknown = { taken: 0, low: 0, high: 1 }
    expect(conservativeArms([known, unknown], { baseline: 0, alpha: 0.05 })).toEqual([true, false])
    // Eleven rounds of 0.6, a tenth of which may be lost: more than one round is worth.
    expect(conservativeArms([known, unknown], { baseline: 0, alpha: 0.1 })).toEqual([true, true])
    expect(conservativeArms([unknown, unknown], { baseline: 1 })).toEqual([false, true])
    expect(() => conservativeArms([known], { baseline: 1 })).toThrow(/^arm: /)
    expect(() => conservativeArms([known], { baseline: 0, alpha: 1 })).toThrow(/^alpha: /)
  })
})
