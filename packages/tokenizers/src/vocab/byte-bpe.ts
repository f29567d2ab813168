import { brief, type JsonField } from '@fastflow/core'
import type { AddedToken } from '../added/added-token.ts'
import { createBpe } from '../models/bpe.ts'
import { createMerges, notPair, type Pair } from '../models/merges.ts'
import type { Model } from '../models/model.ts'
import { readVocab } from '../models/vocab.ts'

export interface ByteBpeOptions {
  readonly suffix: string
  readonly unknown: string | undefined
}

/** Byte pair encoding of `vocab.json` and the lines of `merges.txt`, which hold two tokens each. */
export function byteBpe(
  files: JsonField,
  lines: readonly string[],
  { suffix, unknown }: ByteBpeOptions,
): Model {
  const merges = files.at('merges')
  const vocab = readVocab(files)
  const pairs = lines.map((line, k): Pair => {
    const [left, right, ...more] = line.trim().split(/\s+/)
    if (left === undefined || right === undefined || more.length > 0) throw notPair(merges, k)
    return [left, right]
  })
  return createBpe({
    vocab,
    merges: createMerges(pairs, vocab, '', merges),
    unknown,
    fuseUnknown: false,
    byteFallback: false,
    ignoreMerges: false,
    prefix: '',
    suffix,
    unknownField: files.at('unk_token'),
  })
}

/** The id of a token that has to be there. @param field what asks for it, for errors. */
export function idOf(content: string, tokens: readonly AddedToken[], model: Model, field: JsonField): number {
  const id = tokens.find((token) => token.content === content)?.id ?? model.vocab.get(content)
  if (id === undefined) throw field.wrongAt('', `the vocabulary has no ${brief(content)}`)
  return id
}
