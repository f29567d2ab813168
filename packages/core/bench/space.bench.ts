import { fillNormal, float32Space, simdSpace } from '@fastflow/core'
import { bench, describe } from 'vitest'

const lengths = [3_072, 262_144]
const simd = simdSpace({ capacity: 8 * Math.max(...lengths) })

// 3 x 32 x 32 (an image of CIFAR-10) and 16 x 128 x 128 (a latent of a large model).
describe.each(lengths.flatMap((length) => [float32Space, simd].map((space) => ({ length, space }))))(
  '$length floats, $space.name',
  ({ length, space }) => {
    const vectors = [1, 2, 3, 4].map((seed) => space.clone(fillNormal(new Float32Array(length), seed)))
    const [out, a, b, c] = vectors as [Float32Array, Float32Array, Float32Array, Float32Array]
    const terms = [
      { weight: 1, vector: a },
      { weight: 0.02, vector: b },
      { weight: -0.01, vector: c },
    ]
    const [one, two] = [terms.slice(0, 1), terms.slice(0, 2)]

    bench('memcpy', () => out.set(a))
    bench('combine 1 term', () => space.linearCombination(out, one))
    bench('combine 2 terms', () => space.linearCombination(out, two))
    bench('combine 3 terms', () => space.linearCombination(out, terms))
    bench('dot', () => void space.dot(a, b))
    bench('mean squared difference', () => void space.meanSquaredDifference(a, b))
    bench('is finite', () => void space.isFinite(a))
  },
)
