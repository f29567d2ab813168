import type { Tokenizer } from '@fastflow/tokenizers'

/** The first tokens of a text between the tokens that begin and end every text, and how many it has in full. */
export function cut(
  encoder: Tokenizer,
  text: string,
  maxLength: number,
): { readonly ids: readonly number[]; readonly length: number } {
  const { ids } = encoder.encode(text)
  const { length } = ids
  if (length <= maxLength) return { ids, length }
  const bare = encoder.encode(text, { addSpecialTokens: false }).ids
  const added = length - bare.length
  let before = 0
  while (before < added && bare.some((id, k) => ids[before + k] !== id)) before++
  const after = added - before
  return { ids: [...ids.slice(0, Math.max(0, maxLength - after)), ...ids.slice(length - after)], length }
}
