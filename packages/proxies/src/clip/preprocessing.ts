import { type ConfigFile, isRecord, type ModelFolder, readConfig } from '@fastflow/core'
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
// What transformers' CLIPImageProcessor has where the file leaves a field out.
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073]
const CLIP_DEVIATION = [0.26862954, 0.26130258, 0.27577711]
const CLIP_SIDE = 224

/** @throws FastFlowError `model-not-found`, `model-unreadable`, `unsupported` naming the field. */
export async function readPreprocessing(folder: ModelFolder): Promise<Preprocessing> {
  const config = await readConfig(folder, PATH)
  const on = (field: string): boolean => config.values[field] !== false
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
    scale: on('do_rescale') ? positive(config, 'rescale_factor', 1 / 255) : 1,
    mean: on('do_normalize') ? triple(config, 'image_mean', CLIP_MEAN) : [0, 0, 0],
    deviation: on('do_normalize') ? triple(config, 'image_std', CLIP_DEVIATION) : [1, 1, 1],
  }
}

/** A number is the shorter side. */
function sizeOf(config: ConfigFile, field: string): number | Size {
  const size = config.values[field]
  if (!config.has(field)) return CLIP_SIDE
  if (typeof size === 'number') return config.whole(field, SIDE)
  if (isRecord(size)) {
    const { shortest_edge: edge, width, height } = size
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
  const resample = config.values.resample ?? 3
  if (resample === 2 || resample === 3) return resample
  throw config.unsupported('resample', '2 (bilinear), 3 (bicubic)')
}

function positive(config: ConfigFile, field: string, otherwise: number): number {
  const value = config.values[field] ?? otherwise
  if (typeof value === 'number' && value > 0 && value < Infinity) return value
  throw config.wrong(field, 'is not a number above 0')
}

function triple(config: ConfigFile, field: string, otherwise: readonly number[]): readonly number[] {
  const values = config.values[field] ?? otherwise
  const numbers = Array.isArray(values) && values.length === 3 && values.every(Number.isFinite)
  if (numbers && (field !== 'image_std' || values.every((value) => value !== 0))) return values
  throw config.wrong(field, 'is not a list of three numbers (none 0 for image_std)')
}
