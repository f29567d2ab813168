import {
  invalidArgument,
  type QualityInput,
  type QualityProxy,
  type QualityScore,
  type RgbImage,
} from '@fastflow/core'
import { checkOptions, type OptionNames } from '@fastflow/core/backend'

type Declaration = Pick<QualityProxy, 'name' | 'version' | 'direction' | 'range'>

export const inputNames: OptionNames<QualityInput> = { image: true, reference: true, prompt: true }

/** The proxy of a measure that compares an image with its full-compute result. */
export function fullReferenceProxy(
  declaration: Declaration,
  measure: (image: RgbImage, reference: RgbImage) => number | Promise<number>,
): QualityProxy {
  const { name, version } = declaration
  const scoreOf = (value: number): QualityScore => ({ value, version })
  return {
    ...declaration,
    needs: { reference: true, prompt: false },
    score(input: QualityInput) {
      checkOptions('input', input, inputNames)
      const { image, reference } = input
      if (reference === undefined) {
        throw invalidArgument('reference', `${name} compares two images; pass the full-compute one too`)
      }
      const value = measure(image, reference)
      return typeof value === 'number' ? scoreOf(value) : value.then(scoreOf)
    },
  }
}
