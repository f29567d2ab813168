import type { Value } from '../onnx/graph.ts'
import { type Backbone, convolution } from './backbone.ts'

/** Convolutions of each block by their place in torchvision's list, and their channels. */
const BLOCKS: readonly (readonly [indices: readonly number[], channels: number])[] = [
  [[0, 2], 64],
  [[5, 7], 128],
  [[10, 12, 14], 256],
  [[17, 19, 21], 512],
  [[24, 26, 28], 512],
]

/** VGG-16 as in torchvision (Simonyan, Zisserman 2015): the last ReLU of every block. */
export const vgg: Backbone = {
  shapes: Object.assign(
    {},
    ...BLOCKS.flatMap(([indices, channels], block) =>
      indices.map((index, k) => {
        const inward = k > 0 ? channels : block > 0 ? BLOCKS[block - 1]![1] : 3
        return convolution(`features.${index}`, channels, inward, 3)
      }),
    ),
  ),
  channels: BLOCKS.map(([, channels]) => channels),
  taps({ convolve, maxPool }, x) {
    const taps: Value[] = []
    let last = x
    for (const [indices] of BLOCKS) {
      if (taps.length > 0) last = maxPool(last, `features.${indices[0]! - 1}`, 2, 2)
      for (const index of indices) last = convolve(last, `features.${index}`, { padding: 1 })
      taps.push(last)
    }
    return taps
  },
}
