import { brief, type JsonField } from '@fastflow/core'
import type { Model } from '../models/model.ts'
import { type Normalizer, wholePiece } from '../piece.ts'
import type { AddedToken } from './added-token.ts'
import { createFinder, type Finder } from './finder.ts'

/** Tokens beside the model's. */
export interface AddedVocabulary {
  readonly ids: ReadonlyMap<string, number>
  /** Finds tokens in the text as it was given. */
  readonly raw: Finder
  /** Finds tokens in the normalized text. */
  readonly normalized: Finder
}

/**
 * Ids follow from the model and the order of the tokens, as the reference gives them; those that a document states are not asked.
 *
 * @throws FastFlowError `unsupported` for a token that normalization leaves nothing of.
 */
export function createAddedVocabulary(
  tokens: readonly AddedToken[],
  model: Model,
  normalizer: Normalizer,
  field: JsonField,
): AddedVocabulary {
  const ids = new Map<string, number>()
  const byId = new Map<number, AddedToken>()
  const special = new Set<string>()
  const specials: AddedToken[] = []
  const others: AddedToken[] = []
  for (const token of tokens) {
    if (!token.special || token.content === '' || special.has(token.content)) continue
    special.add(token.content)
    specials.push(token)
  }
  let next = model.size
  for (const token of tokens) {
    const known = token.id ?? ids.get(token.content) ?? model.vocab.get(token.content)
    if (token.content === '') continue
    const id = known ?? next
    next = Math.max(next, id + 1)
    ids.set(token.content, id)
    byId.set(id, token)
    if (!special.has(token.content)) others.push(token)
  }
  const finder = (normalized: boolean): Finder => {
    const sought = [...specials, ...others].filter((token) => token.normalized === normalized)
    return createFinder(
      sought.map(({ content }) => {
        const text = normalized ? normalizer(wholePiece(content)).text : content
        if (text === '')
          throw field.unsupported(`has ${brief(content)}, of which normalization leaves nothing`)
        const id = ids.get(content)!
        return { text, id, token: byId.get(id)! }
      }),
    )
  }
  return { ids, raw: finder(false), normalized: finder(true) }
}
