import fc from 'fast-check'

/** Grids of `min` to `max` steps from 1 to 0, neighbouring steps at most tenfold apart. */
export function arbitraryGrid(min: number, max: number): fc.Arbitrary<number[]> {
  return fc
    .array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: min, maxLength: max })
    .map((gaps) => {
      const total = gaps.reduce((sum, gap) => sum + gap, 0)
      let sum = 0
      return [0, ...gaps].map((gap, k) => {
        sum += gap
        return k === gaps.length ? 0 : 1 - sum / total
      })
    })
}

/** A jump on a random grid: from index `from` to `to`, over velocities seen at `seen` (newest first, `from` among them). */
export interface Jump {
  readonly sigmas: readonly number[]
  readonly from: number
  readonly to: number
  readonly seen: readonly number[]
}

export function arbitraryJump(order: number): fc.Arbitrary<Jump> {
  return arbitraryGrid(order + 1, 24).chain((sigmas) =>
    fc
      .record({
        from: fc.integer({ min: order - 1, max: sigmas.length - 2 }),
        length: fc.integer({ min: 1, max: 8 }),
        older: fc.infiniteStream(fc.boolean()),
      })
      .map(({ from, length, older }) => {
        const seen = [from]
        for (let k = from - 1; k >= 0 && seen.length < order; k--) {
          const needed = order - seen.length
          if (k < needed || older.next().value) seen.push(k)
        }
        return { sigmas, from, to: Math.min(from + length, sigmas.length - 1), seen }
      }),
  )
}
