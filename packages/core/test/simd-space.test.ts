import {
  createRandom,
  emulate,
  fillNormal,
  float32Space,
  linearSchedule,
  sample,
  simdSpace,
  uniformSkip,
} from '@fastflow/core'
import { describeVectorSpace } from '@fastflow/testkit'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'

/** A vector of the space with these values. */
function inside(space: ReturnType<typeof simdSpace>, values: ArrayLike<number>): Float32Array {
  const vector = space.allocate(new Float32Array(values.length))
  vector.set(values)
  return vector
}

const roomy = simdSpace({ capacity: 1 << 20 })

describeVectorSpace('float32-simd', roomy, {
  from: (values) => inside(roomy, values),
  read: (x) => x,
})

describeVectorSpace('float32-simd, vectors from elsewhere', roomy, {
  from: (values) => Float32Array.from(values),
  read: (x) => x,
})

const full = simdSpace({ capacity: 0 })

describeVectorSpace('float32-simd without room', full, {
  from: (values) => inside(full, values),
  read: (x) => x,
})

// Lengths around the widths of the kernels and the size of a block.
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 70 }),
  fc.integer({ min: 2040, max: 2060 }),
  fc.constant(5000),
)

describe('simdSpace', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('runs on SIMD here', () => {
    expect(roomy.name).toBe('float32-simd')
  })

  it('reduces to the very bits of float32Space', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (length, seed) => {
        const [a, b] = [0, 1].map((k) => fillNormal(new Float32Array(length), 2 * seed + k))
        const [x, y] = [inside(roomy, a!), inside(roomy, b!)]
        expect(roomy.dot(x, y)).toBe(float32Space.dot(a!, b!))
        expect(roomy.dot(a!, y)).toBe(float32Space.dot(a!, b!))
        expect(roomy.meanSquaredDifference(x, y)).toBe(float32Space.meanSquaredDifference(a!, b!))
        expect(roomy.meanSquaredDifference(x, b!)).toBe(float32Space.meanSquaredDifference(a!, b!))
        for (const vector of [x, y]) roomy.release(vector)
      }),
    )
  })

  it('combines in float32, term by term, wherever the vectors lie', () => {
    const random = createRandom(1).next
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 20 }), fc.nat(), (length, count, seed) => {
        const vectors = Array.from({ length: count }, (_, i) =>
          fillNormal(new Float32Array(length), 31 * seed + i),
        )
        const weights = vectors.map(() => 2 * random() - 1)
        const expected = new Float32Array(length)
        for (const [i, vector] of vectors.entries()) {
          const weight = Math.fround(weights[i]!)
          for (let k = 0; k < length; k++) {
            const product = Math.fround(weight * vector[k]!)
            expected[k] = i === 0 ? product : expected[k]! + product
          }
        }
        const terms = vectors.map((vector, i) => ({ weight: weights[i]!, vector }))
        const within = terms.map((term) => ({ ...term, vector: inside(roomy, term.vector) }))
        const mixed = terms.map((term, i) => (i % 2 === 0 ? term : within[i]!))
        for (const [out, some] of [
          [roomy.allocate(expected), within],
          [new Float32Array(length), within],
          [roomy.allocate(expected), mixed],
          [new Float32Array(length), terms],
        ] as const) {
          roomy.linearCombination(out, some)
          expect(out).toEqual(expected)
          roomy.release(out)
        }
        for (const { vector } of within) roomy.release(vector)
      }),
      { numRuns: 40 },
    )
  })

  it('serves views into its memory at any offset, and writes nothing beside them', () => {
    const whole = inside(roomy, new Array(100).fill(7))
    const view = whole.subarray(3, 40)
    roomy.linearCombination(view, [{ weight: 2, vector: whole.subarray(50, 87) }])
    expect([...whole.keys()].filter((k) => whole[k] !== 7)).toEqual([...view.keys()].map((k) => k + 3))
    expect(roomy.dot(view, whole.subarray(1, 38))).toBe(35 * 14 * 14 + 2 * 14 * 7)
  })

  it('hands released memory out again, once for each allocation', () => {
    const space = simdSpace({ capacity: 64 })
    const like = new Float32Array(20)
    const [one, two] = [space.allocate(like), space.clone(like)]
    expect(one.buffer).toBe(two.buffer)
    space.release(one)
    space.release(one)
    const [three, four] = [space.allocate(like), space.allocate(like)]
    expect(three.byteOffset).toBe(one.byteOffset)
    expect(four.byteOffset).not.toBe(three.byteOffset)
  })

  it('never grows: what does not fit lies outside and gives the same results', () => {
    const space = simdSpace({ capacity: 100 })
    const values = fillNormal(new Float32Array(60), 1)
    const [first, second] = [space.clone(values), space.clone(values)]
    const before = first.buffer.byteLength
    const beyond = Array.from({ length: 300 }, () => space.clone(fillNormal(new Float32Array(1000), 2)))
    expect(beyond.at(-1)!.buffer).not.toBe(first.buffer)
    expect(first.buffer.byteLength).toBe(before)
    expect(space.dot(second, first)).toBe(float32Space.dot(values, values))
    for (const vector of beyond) space.release(vector)
  })

  it('is float32Space where SIMD or WebAssembly is missing or forbidden', () => {
    const { WebAssembly } = globalThis as unknown as { WebAssembly: object }
    vi.stubGlobal('WebAssembly', undefined)
    expect(simdSpace({ capacity: 1 })).toBe(float32Space)
    vi.stubGlobal('WebAssembly', { ...WebAssembly, validate: () => false })
    expect(simdSpace({ capacity: 1 })).toBe(float32Space)
    const Memory = function Memory(): never {
      throw new RangeError('could not allocate memory')
    }
    vi.stubGlobal('WebAssembly', { ...WebAssembly, validate: () => true, Memory })
    expect(simdSpace({ capacity: 1 })).toBe(float32Space)
  })

  it('refuses a capacity that is no number of floats', () => {
    for (const capacity of [-1, 1.5, Number.NaN]) expect(() => simdSpace({ capacity })).toThrow('capacity')
  })

  it('samples as float32Space does, within rounding, and takes back all but the result', async () => {
    const space = simdSpace({ capacity: 1 << 16 })
    const x = fillNormal(new Float32Array(3072), 5)
    const options = {
      velocity: (at: Float32Array, sigma: number, { out }: { out: Float32Array }) => {
        for (let k = 0; k < at.length; k++) out[k] = at[k]! / (sigma + 0.5)
        return out
      },
      schedule: linearSchedule(50),
      policy: uniformSkip(12),
      extrapolator: emulate(3),
      x,
    }
    const reference = await sample(options)
    let result = await sample({ ...options, space })
    expect(float32Space.meanSquaredDifference(result.x, reference.x)).toBeLessThan(1e-13)
    const first = result.x.buffer
    for (let run = 0; run < 20; run++) {
      space.release(result.x)
      result = await sample({ ...options, space })
    }
    expect(result.x.buffer).toBe(first)
  })
})
