import { invalidArgument, type ModelRunner, type QualityProxy, type RgbImage } from '@fastflow/core'
import { checkOptions, shown } from '@fastflow/core/backend'
import { cosine } from '../cosine.ts'
import { inputNames } from '../full-reference.ts'
import type { ImageFeatures } from '../image-features.ts'
import type { TextTokenizer } from '../text/read-tokenizer.ts'
import { encodeImages, encodeText } from './encoders.ts'
import type { Preprocessing } from './preprocessing.ts'

/** CLIP's two encoders, loaded. */
export interface Clip {
  /**
   * The CLIP score as a quality proxy: `max(0, 100 cos(image, prompt))`, in [0, 100], higher is better; needs a prompt
   * and no reference. One pass of the vision model an image, one of the text model a prompt (the last one is remembered).
   *
   * Scores of different models do not compare: the version carries the digests of both networks.
   *
   * Hessel et al., "CLIPScore: a reference-free evaluation metric for image captioning", EMNLP 2021; scaled as in
   * torchmetrics.
   */
  readonly proxy: QualityProxy
  /** The image encoder's embeddings, for `gaussianOfImages` and `temporalConsistency`. */
  readonly features: ImageFeatures
  /** Cosine of image and prompt, in [-1, 1]: the score before it is cut at 0. */
  similarity(image: RgbImage, prompt: string): Promise<number>
  /** The prompt's embedding, as the model gives it. @throws FastFlowError `invalid-argument` for an empty prompt. */
  embedText(prompt: string): Promise<Float32Array>
  /** Frees both networks. */
  dispose(): Promise<void>
}

export function clipOf(
  text: ModelRunner,
  vision: ModelRunner,
  tokenizer: TextTokenizer,
  preprocessing: Preprocessing,
): Clip {
  const version = `clip/1+${text.digest.slice(0, 8)}${vision.digest.slice(0, 8)}`
  const features: ImageFeatures = {
    name: 'clip',
    version: `clip-image/1+${vision.digest.slice(0, 16)}`,
    extract: (images) => encodeImages(vision, preprocessing, images),
  }
  let last: { readonly prompt: string; readonly embedding: Promise<Float32Array> } | undefined
  const embedText = async (prompt: string): Promise<Float32Array> => {
    if (last?.prompt !== prompt) {
      last = { prompt, embedding: encodeText(text, tokenizer, checkPrompt(prompt)) }
    }
    return last.embedding
  }
  const similarity = async (image: RgbImage, prompt: string): Promise<number> => {
    const words = await embedText(prompt)
    const [picture] = await features.extract([image])
    return cosine(picture!, words, 'image')
  }
  return {
    features,
    similarity,
    embedText,
    proxy: {
      name: 'clip',
      version,
      direction: 'higher-is-better',
      range: [0, 100],
      needs: { reference: false, prompt: true },
      async score(input) {
        checkOptions('input', input, inputNames)
        const { image, prompt } = input
        return { value: Math.max(0, 100 * (await similarity(image, prompt ?? ''))), version }
      },
    },
    async dispose() {
      await Promise.all([text.dispose(), vision.dispose()])
    },
  }
}

function checkPrompt(prompt: string): string {
  if (typeof prompt === 'string' && prompt.trim() !== '') return prompt
  const what = typeof prompt === 'string' ? 'is empty' : `${shown(prompt)} is not a text`
  throw invalidArgument('prompt', `${what}; clip holds an image against words, say what it should show`)
}
