import { type Feeds, invalidArgument, type ModelRunner, type RgbImage } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { checkImage } from '../image-pair.ts'
import type { TextTokenizer } from '../text/read-tokenizer.ts'
import { preprocess } from './preprocess.ts'
import type { Preprocessing } from './preprocessing.ts'

/** One pass of the text model. */
export async function encodeText(
  runner: ModelRunner,
  tokenizer: TextTokenizer,
  prompt: string,
): Promise<Float32Array> {
  const { ids, mask } = tokenizer.tokenize(prompt)
  const given: Readonly<Record<string, readonly number[]>> = { input_ids: ids, attention_mask: mask }
  const feeds = runner.inputs.flatMap(({ name }) => {
    const values = given[name]
    const data = values && BigInt64Array.from(values, BigInt)
    return data === undefined ? [] : [[name, { type: 'int64', dims: [1, data.length], data }] as const]
  })
  const [embedding] = await embeddings(runner, Object.fromEntries(feeds), 'text_embeds', 1)
  return embedding!
}

/** One pass of the vision model for all images together. */
export async function encodeImages(
  runner: ModelRunner,
  preprocessing: Preprocessing,
  images: readonly RgbImage[],
): Promise<readonly Float32Array[]> {
  if (!Array.isArray(images)) throw invalidArgument('images', `${shown(images)} are not images; pass a list`)
  if (images.length === 0) return []
  const fieldOf = (index: number): string => (images.length === 1 ? 'image' : `images[${index}]`)
  const ready = images.map((image, index) => {
    checkImage(fieldOf(index), image)
    return preprocess(image, preprocessing)
  })
  const { width, height } = ready[0]!.size
  const data = new Float32Array(images.length * 3 * width * height)
  ready.forEach((part, index) => {
    if (part.size.width !== width || part.size.height !== height) {
      const problem = 'has another size than the first, and this model does not crop'
      throw invalidArgument(fieldOf(index), `${problem}; resize it to the first one's size`)
    }
    data.set(part.data, index * part.data.length)
  })
  const pixels = { type: 'float32', dims: [images.length, 3, height, width], data } as const
  return embeddings(runner, { pixel_values: pixels }, 'image_embeds', images.length)
}

async function embeddings(
  runner: ModelRunner,
  feeds: Feeds,
  fetch: string,
  count: number,
): Promise<readonly Float32Array[]> {
  const { outputs } = await runner.run(feeds, { fetches: [fetch] })
  const data = outputs[fetch]!.data as Float32Array
  const length = data.length / count
  return Array.from({ length: count }, (_, k) => data.slice(k * length, (k + 1) * length))
}
