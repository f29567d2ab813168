import type { ModelFolder } from '@fastflow/core'
import { readTokenizer, type TextTokenizer } from '../text/read-tokenizer.ts'

/** Tokens of CLIP's text model, where the folder does not say. */
const CLIP_LENGTH = 77
/** Above this, `model_max_length` is what transformers writes for "not set". */
const MOST = 4096

/**
 * Reads CLIP's byte-level BPE.
 *
 * @param fixedLength tokens the text model takes, where its input has a fixed length.
 * @throws FastFlowError `model-not-found`, `model-unreadable`.
 */
export function readClipTokenizer(
  folder: ModelFolder,
  fixedLength: number | undefined,
): Promise<TextTokenizer> {
  return readTokenizer(folder, {
    path: 'tokenizer.json',
    lengthOf({ values: { model_max_length: stated } }) {
      const usable = typeof stated === 'number' && Number.isInteger(stated) && stated >= 2 && stated <= MOST
      return fixedLength ?? (usable ? stated : CLIP_LENGTH)
    },
  })
}
