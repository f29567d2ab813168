import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createTokenizer, type Tokenizer, tokenizerFromVocab, type VocabFiles } from '../src/index.ts'

/** What the reference made of texts; written by `oracle/write_expected.py`. */
export interface Expected {
  readonly name: string
  readonly document?: unknown
  readonly files?: VocabFiles
  readonly texts: readonly string[]
  readonly ids: readonly (readonly number[])[]
  readonly bare: readonly (readonly number[])[]
  readonly size: number
}

/** What the committed fixture holds. */
export function recorded(): readonly Expected[] {
  return readExpected(resolve(import.meta.dirname, 'fixtures/expected.jsonl.gz'))
}

export function readExpected(path: string): readonly Expected[] {
  const lines = gunzipSync(readFileSync(path)).toString().split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Expected)
}

export function open({ document, files }: Expected): Tokenizer {
  return files === undefined ? createTokenizer(document) : tokenizerFromVocab(files)
}

/** Texts that come out otherwise than expected, with and without special tokens. */
export function differing(expected: Expected): readonly string[] {
  const tokenizer = open(expected)
  const same = (text: string, ids: readonly number[], addSpecialTokens: boolean): boolean =>
    tokenizer.encode(text, { addSpecialTokens }).ids.join() === ids.join()
  return expected.texts.filter(
    (text, k) => !same(text, expected.ids[k]!, true) || !same(text, expected.bare[k]!, false),
  )
}
