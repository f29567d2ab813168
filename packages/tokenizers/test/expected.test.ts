import { describe, expect, test } from 'vitest'
import { differing, open, recorded } from './oracle.ts'

const expected = recorded()

describe('ids equal those of the Python library', () => {
  test.each(expected.map((entry) => [entry.name, entry] as const))('%s', (_, entry) => {
    expect(differing(entry)).toEqual([])
    expect(open(entry).vocabSize).toBe(entry.size)
  })
})

test('the fixture has texts for every kind', () => {
  expect(expected.length).toBeGreaterThan(290)
  expect(expected.every(({ texts }) => texts.length >= 10)).toBe(true)
})
