import { FastFlowError, type ModelRunner, type TensorInfo } from '@fastflow/core'
import { shapeText } from '@fastflow/core/backend'
import { isFree } from '../state/sizes.ts'

type Check = (runner: ModelRunner, path: string) => void

/** Refuses a decoder of latents of other channels, as far as it declares them. @throws FastFlowError `model-mismatch`. */
export function takesLatents(channels: number): Check {
  return ({ inputs }, path) => check(inputs[0], [channels], `${path} takes`, channels)
}

/** The same for an encoder, whose output holds latents, or their means and variances. */
export function givesLatents(channels: number): Check {
  return ({ outputs }, path) => check(outputs[0], [channels, 2 * channels], `${path} gives`, channels)
}

function check(
  port: TensorInfo | undefined,
  possible: readonly number[],
  what: string,
  channels: number,
): void {
  const declared = port?.dims[1]
  if (port === undefined || declared === undefined || isFree(declared) || possible.includes(Number(declared)))
    return
  const message = `${what} ${port.name} ${shapeText(port.dims)} where the transformer's latents have ${channels} channels; export both from one model`
  throw new FastFlowError({ code: 'model-mismatch', field: what.split(' ')[0]!, message })
}
