import { describe, expect, it } from 'vitest'
import { sampleBeta, sampleLogGamma, sampleStudentT } from '../src/random/gamma.ts'
import { sampleNormal } from '../src/random/normal.ts'
import { seeded } from './seeded.ts'

const DRAWS = 20_000

/** Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.sign(x) * (1 - series * Math.exp(-x * x))
}

function erlang(shape: number, x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; k < shape; k++) {
    term *= x / k
    sum += term
  }
  return 1 - Math.exp(-x) * sum
}

const gamma = (shape: number) => (random: () => number) => Math.exp(sampleLogGamma(shape, random))
const beta = (a: number, b: number) => (random: () => number) => sampleBeta(a, b, random)
const student = (freedom: number) => (random: () => number) => sampleStudentT(freedom, random)

describe('distribution functions (Kolmogorov-Smirnov, level 0.001)', () => {
  it.each<[string, (random: () => number) => number, (x: number) => number]>([
    ['Normal', sampleNormal, (x) => (1 + erf(x / Math.SQRT2)) / 2],
    ['Gamma(0.5)', gamma(0.5), (x) => erf(Math.sqrt(x))],
    ['Gamma(1)', gamma(1), (x) => 1 - Math.exp(-x)],
    ['Gamma(7)', gamma(7), (x) => erlang(7, x)],
    ['Gamma(60)', gamma(60), (x) => erlang(60, x)],
    ['Beta(1, 1)', beta(1, 1), (x) => x],
    ['Beta(5, 1)', beta(5, 1), (x) => x ** 5],
    ['Beta(1, 0.3)', beta(1, 0.3), (x) => 1 - (1 - x) ** 0.3],
    ['Beta(0.5, 0.5)', beta(0.5, 0.5), (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    ['t(1)', student(1), (x) => 0.5 + Math.atan(x) / Math.PI],
    ['t(2)', student(2), (x) => 0.5 + x / (2 * Math.sqrt(2 + x * x))],
  ])('%s', (name, draw, cdf) => {
    const random = seeded(name.length * 7919)
    const sample = Array.from({ length: DRAWS }, () => draw(random)).sort((a, b) => a - b)
    let distance = 0
    for (const [i, x] of sample.entries()) {
      const p = cdf(x)
      distance = Math.max(distance, p - i / DRAWS, (i + 1) / DRAWS - p)
    }
    expect(distance).toBeLessThan(1.95 / Math.sqrt(DRAWS))
  })
})

describe('moments (within five standard errors)', () => {
  it.each<[string, (random: () => number) => number, number, number]>([
    ['Normal', sampleNormal, 0, 1],
    ['Gamma(0.3)', gamma(0.3), 0.3, 0.3],
    ['Gamma(2.5)', gamma(2.5), 2.5, 2.5],
    ['Gamma(1e6)', gamma(1e6), 1e6, 1e6],
    ['Beta(2, 6)', beta(2, 6), 0.25, (2 * 6) / (8 * 8 * 9)],
    ['Beta(300, 100)', beta(300, 100), 0.75, (300 * 100) / (400 * 400 * 401)],
    ['t(30)', student(30), 0, 30 / 28],
  ])('%s', (name, draw, mean, variance) => {
    const random = seeded(name.length * 104_729)
    const sample = Array.from({ length: DRAWS }, () => (draw(random) - mean) / Math.sqrt(variance))
    const moment = (power: number): number => sample.reduce((sum, x) => sum + x ** power, 0) / DRAWS
    const second = moment(2)
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(DRAWS))
    expect(Math.abs(second - 1)).toBeLessThan(5 * Math.sqrt((moment(4) - second ** 2) / DRAWS))
  })
})

it('stays finite for shapes whose draws underflow', () => {
  const random = seeded(3)
  for (let i = 0; i < 2000; i++) {
    const draw = sampleBeta(1e-3, 1e-3, random)
    expect(draw).toBeGreaterThanOrEqual(0)
    expect(draw).toBeLessThanOrEqual(1)
  }
})
