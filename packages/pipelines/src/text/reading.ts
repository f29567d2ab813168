import type { EncoderPart, Reading } from './encoder-part.ts'

/** A text as a part's tokenizer reads it, padded or cut to `maxLength` tokens. */
export function readingOf(part: EncoderPart, text: string, maxLength: number): Reading {
  return { part: part.name, tokens: part.tokenizer.tokenize(text, maxLength), maxLength }
}

/** The same text without its padding. */
export function withoutPadding(reading: Reading): Reading {
  const { tokens } = reading
  const ids = tokens.ids.filter((_, k) => tokens.mask[k] === 1)
  return { ...reading, tokens: { ...tokens, ids, mask: ids.map(() => 1) } }
}

/**
 * What has to be run where nothing is asked of padding: the text alone, unless the network takes one length only. The
 * vectors of a text do not depend on the padding that a mask, or being read from left to right, hides from it.
 */
export function shortened(part: EncoderPart, reading: Reading): Reading {
  const ids = part.network.inputs.find(({ name }) => name === 'input_ids')
  return typeof ids?.dims[1] === 'number' && ids.dims[1] > 0 ? reading : withoutPadding(reading)
}

/** Where the tokens of a text stand. */
export function positionsOf({ tokens }: Reading): readonly number[] {
  return tokens.mask.flatMap((bit, k) => (bit === 1 ? [k] : []))
}

/** Tokens as networks read them that are told nothing of padding. */
export function unmasked({ tokens }: Reading): {
  readonly ids: readonly number[]
  readonly mask: readonly number[]
} {
  return { ids: tokens.ids, mask: tokens.ids.map(() => 1) }
}

/** Work on one prompt after the other: networks run one call at a time, and what they are fed takes memory. */
export async function eachPrompt<Result>(
  prompts: readonly string[],
  work: (prompt: string) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const prompt of prompts) results.push(await work(prompt))
  return results
}
