import type { AddedToken } from '../added/added-token.ts'
import { unreadable } from '../errors.ts'
import type { Fields } from '../fields.ts'
import { createBpe } from '../models/bpe.ts'
import { createMerges, type Pair } from '../models/merges.ts'
import type { Model } from '../models/model.ts'
import { readVocab } from '../models/vocab.ts'

export interface ByteBpeOptions {
  readonly suffix: string
  readonly unknown: string | undefined
}

/** Byte pair encoding of `vocab.json` and the lines of `merges.txt`, which hold two tokens each. */
export function byteBpe(files: Fields, lines: readonly string[], { suffix, unknown }: ByteBpeOptions): Model {
  const path = files.at('merges')
  const vocab = readVocab(files)
  const pairs = lines.map((line, k): Pair => {
    const [left, right, ...more] = line.trim().split(/\s+/)
    if (left === undefined || right === undefined || more.length > 0)
      throw unreadable(`${path}[${k}]`, 'is not a pair of tokens')
    return [left, right]
  })
  return createBpe({
    vocab,
    merges: createMerges(pairs, vocab, '', path),
    unknown,
    fuseUnknown: false,
    byteFallback: false,
    ignoreMerges: false,
    prefix: '',
    suffix,
    path: files.path,
  })
}

/** The id of a token that has to be there. */
export function idOf(content: string, tokens: readonly AddedToken[], model: Model, path: string): number {
  const id = tokens.find((token) => token.content === content)?.id ?? model.vocab.get(content)
  if (id === undefined) throw unreadable(path, `the vocabulary has no ${JSON.stringify(content)}`)
  return id
}
