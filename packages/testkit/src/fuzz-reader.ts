import { createRandom, FastFlowError } from '@fastflow/core'
import { mutateJson } from './mutate-json.ts'

export interface FuzzOptions {
  /** Valid document, as plain JSON. */
  readonly document: unknown
  /** Reads the text and uses what came out of it; throws where that is no good. */
  readonly use: (text: string) => unknown
  /** Default 3000. */
  readonly mutations?: number
  readonly seed?: number
}

/**
 * Hands damaged copies of a document to a reader: each has to be of use, or be refused by a FastFlowError that names a field.
 *
 * @returns how many were of use and how many were refused.
 * @throws Error with the text of the first one that ended otherwise.
 */
export async function fuzzReader({
  document,
  use,
  mutations = 3000,
  seed = 1,
}: FuzzOptions): Promise<{ readonly used: number; readonly refused: number }> {
  const { next } = createRandom(seed)
  let refused = 0
  for (let n = 0; n < mutations; n++) {
    const text = mutateJson(document, next)
    try {
      await use(text)
    } catch (error) {
      if (!(FastFlowError.isInstance(error) && error.field !== '' && error.message.length < 2000))
        throw new Error(`mutation ${n} of seed ${seed}: ${text.slice(0, 3000)}`, { cause: error })
      refused++
    }
  }
  return { used: mutations - refused, refused }
}
