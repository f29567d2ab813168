import { expect, test } from 'vitest'
import { documentOf } from '../src/document.ts'
import { mergeWord } from '../src/models/merge-word.ts'
import { createMerges } from '../src/models/merges.ts'
import { createWordCache } from '../src/models/word-cache.ts'
import { eachGrapheme } from '../src/unicode/graphemes.ts'

/** Tokens of 1, 2, 4, ... times the same letter. */
function doubling(times: number): {
  readonly vocab: Map<string, number>
  readonly pairs: [string, string][]
} {
  const tokens = Array.from({ length: times + 1 }, (_, k) => 'a'.repeat(2 ** k))
  return {
    vocab: new Map(tokens.map((token, k) => [token, k])),
    pairs: tokens.slice(0, -1).map((token) => [token, token]),
  }
}

test('a word of many letters looks up pairs a few times a letter', () => {
  const { vocab, pairs } = doubling(10)
  const merges = createMerges(pairs, vocab, '', documentOf([], 'merges'))
  const length = 2 ** 14
  let asked = 0
  const counted = {
    ...merges,
    rank(left: number, right: number) {
      asked++
      return merges.rank(left, right)
    },
  }
  expect(mergeWord(Array(length).fill(0), counted)).toEqual(Array(16).fill(10))
  expect(asked).toBeLessThan(5 * length)
})

test('words that were seen are kept, but not more than some thousands', () => {
  const words = createWordCache()
  const computed: string[] = []
  const ask = (word: string): unknown =>
    words(word, () => {
      computed.push(word)
      return []
    })
  for (const word of ['a', 'a', 'b'.repeat(1000), 'b'.repeat(1000)]) ask(word)
  expect(computed).toEqual(['a', 'b'.repeat(1000), 'b'.repeat(1000)])
  for (let k = 0; k < 20_000; k++) ask(`${k}`)
  computed.length = 0
  ask('a')
  ask('19999')
  expect(computed).toEqual(['a'])
})

test('clusters come out whole where the windows that they are read in end', () => {
  const clusters: string[] = Array.from({ length: 2000 }, (_, k) =>
    k % 7 === 0 ? '👩‍👩‍👧‍👦' : k % 3 === 0 ? 'e\u0301' : 'x',
  )
  clusters.splice(900, 0, `a${'\u0301'.repeat(3000)}`)
  const seen: string[] = []
  eachGrapheme(clusters.join(''), (cluster) => seen.push(cluster))
  expect(seen).toEqual(clusters)
})
