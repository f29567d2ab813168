import { describe, expect, it } from 'vitest'
import { alternatingEnvironment, bernoulliEnvironment, gaussianEnvironment } from '../src/index.ts'
import { seeded } from './seeded.ts'

describe('random environments', () => {
  it.each([
    ['bernoulli', bernoulliEnvironment([0, 0.3, 1]), [0, 0.21, 0]],
    ['gaussian', gaussianEnvironment([-2, 0.3, 5], 0.5), [0.25, 0.25, 0.25]],
  ])(
    '%s rewards have the mean that is expected and the variance that was asked for',
    (_, environment, variances) => {
      const random = seeded(51)
      const draws = Array.from({ length: 4000 }, (_, round) => environment.draw(round, random))
      for (const [arm, mean] of environment.expected(0).entries()) {
        const deviations = draws.map((rewards) => rewards[arm]! - mean)
        expect(Math.abs(deviations.reduce((a, b) => a + b, 0) / 4000)).toBeLessThan(0.04)
        const variance = deviations.reduce((sum, x) => sum + x * x, 0) / 4000
        expect(Math.abs(variance - variances[arm]!)).toBeLessThan(0.03)
      }
    },
  )
})

it('the alternating adversary pays one arm and moves on after each period', () => {
  const environment = alternatingEnvironment(3, 2)
  const paying = Array.from({ length: 8 }, (_, round) => environment.draw(round, seeded(1)).indexOf(1))
  expect(paying).toEqual([0, 0, 1, 1, 2, 2, 0, 0])
  expect(environment.expected(2)).toEqual([0, 1, 0])
})
