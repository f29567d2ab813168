import { invalidArgument } from '@fastflow/core'
import { checkWhole, shown } from '@fastflow/core/backend'
import type { Defaults, RunSettings } from '../task/options.ts'
import { checkObject } from './check-arguments.ts'

/** Pixels on a side above this are taken for a slip. */
const MAX_PIXELS = 16_384

/** Width and height in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/**
 * The size asked for, else the model's own.
 *
 * @param multiple of pixels that both have to be, the pixels of a latent times the latents of a token.
 * @throws FastFlowError `invalid-argument` naming the option and the nearest sizes.
 */
export function sizeOfRun(settings: RunSettings, defaults: Defaults, multiple: number): Size {
  checkObject('settings', settings, 'the options of a run')
  checkObject('defaults', defaults, '{ width, height }')
  checkWhole('multiple', multiple, 1)
  const { width = defaults.width, height = defaults.height } = settings
  if ((settings.width === undefined) !== (settings.height === undefined)) {
    const [given, missing] = settings.width === undefined ? ['height', 'width'] : ['width', 'height']
    throw invalidArgument(missing, `is missing beside ${given}; give both, or neither`)
  }
  return { width: checkSide('width', width!, multiple), height: checkSide('height', height!, multiple) }
}

function checkSide(field: string, side: number, multiple: number): number {
  const valid = Number.isInteger(side) && side >= multiple && side <= MAX_PIXELS
  if (valid && side % multiple === 0) return side
  const below = valid ? Math.floor(side / multiple) * multiple : 0
  const nearest = valid
    ? `the nearest are ${[...new Set([Math.max(below, multiple), below + multiple])].join(' and ')}`
    : `from ${multiple} to ${MAX_PIXELS}`
  throw invalidArgument(field, `${shown(side)} is not a multiple of ${multiple} pixels; ${nearest}`)
}
