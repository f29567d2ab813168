import type { EncoderPart, EncoderSource } from '../../src/text/encoder-part.ts'

/** A text encoder that is in memory already. */
export function present(part: EncoderPart): EncoderSource {
  return { use: (work) => work(part) }
}
