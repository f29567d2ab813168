import {
  FastFlowError,
  type LoadOptions,
  type ModelFolder,
  type ModelRunner,
  type TensorInfo,
} from '@fastflow/core'
import { checkLoadOptions, checkMethods, throwIfAborted } from '@fastflow/core/backend'
import { type Clip, clipOf } from './clip.ts'
import { readPreprocessing } from './preprocessing.ts'
import { readClipTokenizer } from './tokenizer.ts'

/**
 * Loads CLIP from a folder in the layout of a transformers ONNX export: `text_model.onnx` (`input_ids`, maybe
 * `attention_mask`, to `text_embeds`) and `vision_model.onnx` (`pixel_values` to `image_embeds`), beside or under `onnx/`,
 * with `preprocessor_config.json`, `tokenizer.json` and `tokenizer_config.json`.
 *
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `model-mismatch`, `unsupported`, `aborted`, `invalid-argument` for
 *   what is no model folder.
 */
export async function loadClip(folder: ModelFolder, options: LoadOptions = {}): Promise<Clip> {
  checkMethods('folder', folder, ['has', 'read', 'load'], 'a model folder, as open() of a backend gives it')
  checkLoadOptions(options)
  const look = (): void => throwIfAborted(options.signal, `loading ${folder.location}`)
  look()
  const preprocessing = await readPreprocessing(folder)
  const textPath = await locate(folder, 'text_model.onnx')
  const visionPath = await locate(folder, 'vision_model.onnx')
  look()
  const text = await folder.load(textPath, options)
  let vision: ModelRunner | undefined
  try {
    const ids = port(folder, textPath, text.inputs, 'input_ids', 'int64')
    port(folder, textPath, text.outputs, 'text_embeds', 'float32')
    const length = ids.dims[1]
    const tokenizer = await readClipTokenizer(
      folder,
      typeof length === 'number' && length > 1 ? length : undefined,
    )
    look()
    vision = await folder.load(visionPath, options)
    look()
    port(folder, visionPath, vision.inputs, 'pixel_values', 'float32')
    port(folder, visionPath, vision.outputs, 'image_embeds', 'float32')
    return clipOf(text, vision, tokenizer, preprocessing)
  } catch (error) {
    await Promise.all([text.dispose(), vision?.dispose()])
    throw error
  }
}

async function locate(folder: ModelFolder, name: string): Promise<string> {
  for (const path of [`onnx/${name}`, name]) if (await folder.has(path)) return path
  throw new FastFlowError({
    code: 'model-not-found',
    field: name,
    message: `${folder.location}: has neither onnx/${name} nor ${name}; give a folder with a transformers ONNX export of CLIP`,
  })
}

function port(
  folder: ModelFolder,
  path: string,
  ports: readonly TensorInfo[],
  name: string,
  type: 'int64' | 'float32',
): TensorInfo {
  const found = ports.find((candidate) => candidate.name === name)
  if (found?.type === type) return found
  const has = ports.map((candidate) => `${candidate.name} (${candidate.type})`).join(', ')
  throw new FastFlowError({
    code: 'model-mismatch',
    field: `${path}.${name}`,
    message: `${folder.location}/${path}: has no ${name} of ${type} but ${has}; export CLIP with its projections`,
  })
}
