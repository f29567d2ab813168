import { type ConfigFile, type ModelFolder, readConfig } from '@fastflow/core'
import type { Resample } from './resize.ts'

/** What an image becomes before the network: `preprocessor_config.json` of a transformers folder, checked. */
export interface Preprocessing {
  /** Side that the image's shorter one is resized to, the other in proportion; undefined: see `exactly`. */
  readonly shortestEdge: number | undefined
  /** Both sides, regardless of proportion; undefined with `shortestEdge` undefined too: not resized. */
  readonly exactly: Size | undefined
  readonly resample: Resample
  /** Size cut out of the middle; undefined: all of it. */
  readonly crop: Size | undefined
  readonly scale: number
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

export interface Size {
  readonly width: number
  readonly height: number
}

const PATH = 'preprocessor_config.json'
const SIDE = { least: 1, most: 8192 }
// Of others, pixels would not be finite in float32.
const SCALE = { least: 1e-6, most: 1e6 }
const LEVEL = { least: -1e6, most: 1e6 }
// What transformers' CLIPImageProcessor has where the file leaves a field out.
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073]
const CLIP_DEVIATION = [0.26862954, 0.26130258, 0.27577711]
const CLIP_SIDE = 224

/** @throws FastFlowError `model-not-found`, `model-unreadable`, `unsupported` naming the field. */
export async function readPreprocessing(folder: ModelFolder): Promise<Preprocessing> {
  const config = await readConfig(folder, PATH)
  const on = (field: string): boolean => !config.has(field) || config.at(field).flag()
  const size = on('do_resize') ? sizeOf(config, 'size') : undefined
  const crop = on('do_center_crop') ? square(sizeOf(config, 'crop_size')) : undefined
  const least = size === undefined ? undefined : square(size)
  if (crop !== undefined && least !== undefined && (crop.width > least.width || crop.height > least.height))
    throw config.unsupported('crop_size', 'no larger than size')
  return {
    shortestEdge: typeof size === 'number' ? size : undefined,
    exactly: typeof size === 'object' ? size : undefined,
    resample: resampleOf(config),
    crop,
    scale: on('do_rescale') ? config.number('rescale_factor', { ...SCALE, otherwise: 1 / 255 }) : 1,
    mean: on('do_normalize') ? triple(config, 'image_mean', CLIP_MEAN) : [0, 0, 0],
    deviation: on('do_normalize') ? deviationOf(config) : [1, 1, 1],
  }
}

/** A number is the shorter side. */
function sizeOf(config: ConfigFile, field: string): number | Size {
  if (!config.has(field)) return CLIP_SIDE
  const size = config.at(field)
  if (typeof size.value === 'number') return size.whole(SIDE)
  if (typeof size.value === 'object' && !Array.isArray(size.value)) {
    const [edge, width, height] = ['shortest_edge', 'width', 'height'].map((name) => size.at(name).value)
    if (isSide(edge)) return edge
    if (isSide(width) && isSide(height)) return { width, height }
  }
  throw config.unsupported(field, 'a number, { shortest_edge }, { width, height }, each from 1 to 8192')
}

function square(size: number | Size): Size {
  return typeof size === 'number' ? { width: size, height: size } : size
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= SIDE.least && Number(value) <= SIDE.most
}

function resampleOf(config: ConfigFile): Resample {
  const resample = config.has('resample') ? config.at('resample').value : 3
  if (resample === 2 || resample === 3) return resample
  throw config.unsupported('resample', '2 (bilinear), 3 (bicubic)')
}

function triple(config: ConfigFile, field: string, otherwise: readonly number[]): readonly number[] {
  return config.has(field) ? config.at(field).numbers({ ...LEVEL, length: 3 }) : otherwise
}

function deviationOf(config: ConfigFile): readonly number[] {
  const deviation = triple(config, 'image_std', CLIP_DEVIATION)
  if (deviation.every((one) => Math.abs(one) >= SCALE.least)) return deviation
  throw config.wrong('image_std', 'has a deviation of 0')
}
