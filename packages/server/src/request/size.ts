import { invalidArgument } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'

export interface Size {
  readonly width: number
  readonly height: number
}

/** What a model makes unless told otherwise. */
export function usualSize({ defaults, size }: Pick<Pipeline, 'defaults' | 'size'>): Size {
  return { width: defaults.width ?? size, height: defaults.height ?? size }
}

/**
 * The size that `text` asks for, undefined where it is the model's own.
 *
 * @throws FastFlowError `invalid-argument` for another size of a model that makes one alone, and for too many pixels.
 */
export function sizeOf(
  text: string | undefined,
  pipe: Pick<Pipeline, 'defaults' | 'size' | 'model'>,
  mostPixels: number,
): Size | undefined {
  if (text === undefined || text === 'auto') return undefined
  const [width = 0, height = 0] = text.split('x').map(Number)
  const usual = usualSize(pipe)
  if (width === usual.width && height === usual.height) return undefined
  if (pipe.defaults.width === undefined)
    throw invalidArgument(
      'size',
      `${pipe.model} makes ${usual.width}x${usual.height}, not ${text}; say that or auto`,
    )
  if (width * height > mostPixels)
    throw invalidArgument('size', `${text} is over the ${mostPixels} pixels that this server makes`)
  return { width, height }
}
