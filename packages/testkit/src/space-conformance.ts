import { createRandom, type Random, type Term, type VectorSpace } from '@fastflow/core'
import { describe, expect, it } from 'vitest'

/** How a suite gets numbers into and out of a space. */
export interface VectorMaker<T> {
  /** A new vector of these values. */
  from(values: readonly number[]): T | Promise<T>
  /** The values of a vector. */
  read(x: T): ArrayLike<number> | Promise<ArrayLike<number>>
  /** Relative rounding of one stored value: 2^-24 for float32 (the default), 2^-53 for float64. */
  readonly epsilon?: number
}

// Lengths on both sides of the widths that kernels unroll or vectorise by.
const lengths = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 1000, 1027]

/** What every `VectorSpace` must do, shown on random vectors of many lengths. */
export function describeVectorSpace<T>(name: string, space: VectorSpace<T>, make: VectorMaker<T>): void {
  describe(`VectorSpace: ${name}`, () => {
    it('has version 1 and a name', () => {
      expect(space.version).toBe(1)
      expect(space.name).not.toBe('')
    })
    describeCombination(space, make)
    describeReductions(space, make)
    describeFiniteness(space, make)
    describeOwnership(space, make)
  })
}

function describeCombination<T>(space: VectorSpace<T>, make: VectorMaker<T>): void {
  const epsilon = make.epsilon ?? 2 ** -24

  it.each(lengths)('combines one to six terms of %i values within rounding', async (length) => {
    const random = createRandom(length).next
    for (let count = 1; count <= 6; count++) {
      const { weights, values, terms } = await randomTerms(make, random, count, length)
      const out = await make.from(draw(random, length))
      space.linearCombination(out, terms)
      const got = await make.read(out)
      const excess = values[0]!.map((_, k) => {
        const products = values.map((value, i) => weights[i]! * value[k]!)
        return Math.abs(got[k]! - sum(products)) - 2 * (count + 1) * epsilon * sum(products.map(Math.abs))
      })
      expect(Math.max(...excess)).toBeLessThanOrEqual(0)
    }
  })

  it('writes zeros for no terms', async () => {
    const out = await make.from([3, NaN, Infinity, -1, 2])
    space.linearCombination(out, [])
    expect(Array.from(await make.read(out))).toEqual([0, 0, 0, 0, 0])
  })

  it('allows out to be any of the terms', async () => {
    const random = createRandom(7).next
    for (const length of lengths.filter((each) => each <= 64)) {
      for (let count = 1; count <= 5; count++) {
        const { values, terms } = await randomTerms(make, random, count, length)
        const apart = await make.from(values[0]!)
        space.linearCombination(apart, terms)
        for (let aliased = 0; aliased < count; aliased++) {
          const out = space.clone(terms[aliased]!.vector)
          space.linearCombination(
            out,
            terms.map((term, i) => (i === aliased ? { ...term, vector: out } : term)),
          )
          expect(same(await make.read(out), await make.read(apart))).toBe(true)
        }
      }
    }
  })

  it('allows out to be several of the terms at once', async () => {
    for (const length of lengths) {
      const values = draw(createRandom(length).next, length)
      const out = await make.from(values)
      space.linearCombination(
        out,
        [1, 1, -2, 0.5].map((weight) => ({ weight, vector: out })),
      )
      expect(
        same(
          await make.read(out),
          values.map((value) => 0.5 * value),
        ),
      ).toBe(true)
    }
  })

  it('leaves the terms alone', async () => {
    const { values, terms } = await randomTerms(make, createRandom(8).next, 4, 17)
    space.linearCombination(await make.from(values[0]!), terms)
    for (const [i, { vector }] of terms.entries())
      expect(Array.from(await make.read(vector))).toEqual(values[i])
  })

  it('is linear: exact copies, sign changes and powers of two', async () => {
    const random = createRandom(9).next
    for (const length of lengths) {
      const values = draw(random, length)
      const x = await make.from(values)
      for (const weight of [1, -1, 2, 0.5]) {
        const out = space.allocate(x)
        space.linearCombination(out, [{ weight, vector: x }])
        expect(Array.from(await make.read(out))).toEqual(values.map((value) => weight * value))
      }
      const out = space.clone(x)
      space.linearCombination(out, [
        { weight: 1, vector: x },
        { weight: -1, vector: x },
      ])
      expect(Array.from(await make.read(out)).every((value) => value === 0)).toBe(true)
    }
  })

  it('refuses vectors of another size', async () => {
    const out = await make.from([1, 2, 3, 4])
    for (const other of [
      [1, 2, 3],
      [1, 2, 3, 4, 5],
    ]) {
      const vector = await make.from(other)
      expect(() =>
        space.linearCombination(out, [
          { weight: 1, vector: out },
          { weight: 1, vector },
        ]),
      ).toThrow()
    }
  })
}

function describeReductions<T>(space: VectorSpace<T>, make: VectorMaker<T>): void {
  it.each(lengths)('reduces %i values as float64 does', async (length) => {
    const random = createRandom(100 + length).next
    const [a, b] = [draw(random, length), draw(random, length)]
    const [x, y] = [await make.from(a), await make.from(b)]
    const products = a.map((value, k) => value * b[k]!)
    const squares = a.map((value, k) => (value - b[k]!) ** 2)
    expect(Math.abs((await space.dot(x, y)) - sum(products))).toBeLessThanOrEqual(
      1e-13 * sum(products.map(Math.abs)),
    )
    const mse = await space.meanSquaredDifference(x, y)
    expect(Math.abs(mse - sum(squares) / length)).toBeLessThanOrEqual((1e-13 * sum(squares)) / length)
    expect(await space.dot(y, x)).toBe(await space.dot(x, y))
    expect(await space.meanSquaredDifference(y, x)).toBe(mse)
    expect(await space.meanSquaredDifference(x, x)).toBe(0)
  })

  it('accumulates in float64: small addends survive beside large ones', async () => {
    // 2^24 + 1 is not a float32: an accumulator of that type would lose every later one.
    const length = 1025
    const x = await make.from(Array.from({ length }, (_, k) => (k === 0 ? 4096 : 1)))
    const zero = await make.from(new Array<number>(length).fill(0))
    expect(await space.dot(x, x)).toBe(2 ** 24 + 1024)
    expect(await space.meanSquaredDifference(x, zero)).toBe((2 ** 24 + 1024) / length)
  })
}

function describeFiniteness<T>(space: VectorSpace<T>, make: VectorMaker<T>): void {
  it('finds a NaN or an infinity in every position', async () => {
    const random = createRandom(11).next
    for (const length of lengths.filter((each) => each <= 64)) {
      const values = draw(random, length)
      expect(await space.isFinite(await make.from(values))).toBe(true)
      for (const bad of [NaN, Infinity, -Infinity]) {
        for (let k = 0; k < length; k++) {
          const spoilt = values.map((value, i) => (i === k ? bad : value))
          expect(await space.isFinite(await make.from(spoilt))).toBe(false)
        }
      }
    }
  })

  it('takes large, tiny and opposite values for what they are', async () => {
    const largest = Math.fround(3.4e38)
    expect(await space.isFinite(await make.from([largest, largest, -largest, largest, largest]))).toBe(true)
    expect(await space.isFinite(await make.from([0, -0, 2 ** -149, -(2 ** -149)]))).toBe(true)
    expect(await space.isFinite(await make.from([Infinity, -Infinity]))).toBe(false)
  })
}

function describeOwnership<T>(space: VectorSpace<T>, make: VectorMaker<T>): void {
  it('clones without sharing, allocates the same size, survives release', async () => {
    const x = await make.from([1, 2, 3, 4, 5])
    const copy = space.clone(x)
    const fresh = space.allocate(x)
    space.linearCombination(fresh, [{ weight: 2, vector: x }])
    expect(Array.from(await make.read(fresh))).toEqual([2, 4, 6, 8, 10])
    space.linearCombination(copy, [{ weight: 3, vector: copy }])
    expect(Array.from(await make.read(x))).toEqual([1, 2, 3, 4, 5])
    space.release(fresh)
    const again = space.allocate(x)
    space.linearCombination(again, [])
    expect(Array.from(await make.read(copy))).toEqual([3, 6, 9, 12, 15])
    expect(Array.from(await make.read(x))).toEqual([1, 2, 3, 4, 5])
  })
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, k) => Object.is(value, b[k]))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Values that float32 holds exactly. */
function draw(random: Random, length: number): number[] {
  return Array.from({ length }, () => Math.fround(8 * random() - 4))
}

async function randomTerms<T>(make: VectorMaker<T>, random: Random, count: number, length: number) {
  const weights = draw(random, count)
  const values = Array.from({ length: count }, () => draw(random, length))
  const terms: Term<T>[] = []
  for (let i = 0; i < count; i++) terms.push({ weight: weights[i]!, vector: await make.from(values[i]!) })
  return { weights, values, terms }
}
