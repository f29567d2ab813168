import { fillNormal, float32Space } from '@fastflow/core'
import { bench, describe } from 'vitest'

// 3 x 32 x 32 (an image of CIFAR-10) and 16 x 128 x 128 (a latent of a large model).
describe.each([3_072, 262_144])('%i floats', (length) => {
  const vectors = [1, 2, 3, 4].map((seed) => fillNormal(new Float32Array(length), seed))
  const [out, a, b, c] = vectors as [Float32Array, Float32Array, Float32Array, Float32Array]
  const terms = [
    { weight: 1, vector: a },
    { weight: 0.02, vector: b },
    { weight: -0.01, vector: c },
  ]
  const [one, two] = [terms.slice(0, 1), terms.slice(0, 2)]

  bench('memcpy', () => out.set(a))
  bench('combine 1 term', () => float32Space.linearCombination(out, one))
  bench('combine 2 terms', () => float32Space.linearCombination(out, two))
  bench('combine 3 terms', () => float32Space.linearCombination(out, terms))
  bench('dot', () => void float32Space.dot(a, b))
  bench('mean squared difference', () => void float32Space.meanSquaredDifference(a, b))
  bench('is finite', () => void float32Space.isFinite(a))
})
