import { type Backbone, convolution } from './backbone.ts'

/** AlexNet as in torchvision (Krizhevsky 2014): the five convolutions after their ReLU. */
export const alex: Backbone = {
  shapes: {
    ...convolution('features.0', 64, 3, 11),
    ...convolution('features.3', 192, 64, 5),
    ...convolution('features.6', 384, 192, 3),
    ...convolution('features.8', 256, 384, 3),
    ...convolution('features.10', 256, 256, 3),
  },
  channels: [64, 192, 384, 256, 256],
  taps({ convolve, maxPool }, x) {
    const first = convolve(x, 'features.0', { stride: 4, padding: 2 })
    const second = convolve(maxPool(first, 'features.2', 3, 2), 'features.3', { padding: 2 })
    const third = convolve(maxPool(second, 'features.5', 3, 2), 'features.6', { padding: 1 })
    const fourth = convolve(third, 'features.8', { padding: 1 })
    return [first, second, third, fourth, convolve(fourth, 'features.10', { padding: 1 })]
  },
}
