import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { differing, open, readExpected } from './oracle.ts'

const expected = readExpected(resolve(import.meta.dirname, 'fixtures/expected.jsonl.gz'))

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
