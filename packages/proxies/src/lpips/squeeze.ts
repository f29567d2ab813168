import type { Value } from '../onnx/graph.ts'
import { type Backbone, convolution, type Layers, type Shapes } from './backbone.ts'

/** Fire modules by their place in torchvision's list: channels in, squeezed, and of each of two expansions. */
const FIRES: readonly (readonly [index: number, inward: number, squeezed: number, expanded: number])[] = [
  [3, 64, 16, 64],
  [4, 128, 16, 64],
  [6, 128, 32, 128],
  [7, 256, 32, 128],
  [9, 256, 48, 192],
  [10, 384, 48, 192],
  [11, 384, 64, 256],
  [12, 512, 64, 256],
]
/** Modules that a pool comes before. */
const POOLED = [3, 6, 9]
/** Modules whose features are not compared. */
const UNTAPPED = [3, 6]

/** SqueezeNet 1.1 as in torchvision (Iandola et al. 2016), whose pools count a last incomplete window (`ceil_mode`). */
export const squeeze: Backbone = {
  shapes: Object.assign({}, convolution('features.0', 64, 3, 3), ...FIRES.map(shapesOfFire)),
  channels: [64, 128, 256, 384, 384, 512, 512],
  taps(layers, x) {
    const first = layers.convolve(x, 'features.0', { stride: 2 })
    const taps = [first]
    let last = first
    for (const [index] of FIRES) {
      if (POOLED.includes(index)) last = layers.maxPool(last, `features.${index - 1}`, 3, 2, true)
      last = fire(layers, last, index)
      if (!UNTAPPED.includes(index)) taps.push(last)
    }
    return taps
  },
}

function fire({ convolve, concat }: Layers, x: Value, index: number): Value {
  const squeezed = convolve(x, `features.${index}.squeeze`)
  const narrow = convolve(squeezed, `features.${index}.expand1x1`)
  const wide = convolve(squeezed, `features.${index}.expand3x3`, { padding: 1 })
  return concat([narrow, wide], `features.${index}`)
}

function shapesOfFire([index, inward, squeezed, expanded]: (typeof FIRES)[number]): Shapes {
  return {
    ...convolution(`features.${index}.squeeze`, squeezed, inward, 1),
    ...convolution(`features.${index}.expand1x1`, expanded, squeezed, 1),
    ...convolution(`features.${index}.expand3x3`, expanded, squeezed, 3),
  }
}
