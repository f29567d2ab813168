import type { GraphBuilder, Value } from '../onnx/graph.ts'

/** Networks that LPIPS compares features of. */
export type LpipsNet = 'alex' | 'squeeze' | 'vgg'

/** Shapes of the tensors a network reads, by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>

/** Adds layers to a graph; weights come from the file under the names of torchvision. */
export interface Layers {
  /** Convolution and ReLU. */
  convolve(x: Value, name: string, window?: { readonly stride?: number; readonly padding?: number }): Value
  maxPool(x: Value, name: string, size: number, stride: number, ceil?: boolean): Value
  /** Channels of several values one after the other. */
  concat(parts: readonly Value[], name: string): Value
}

/** One network: its tensors, and the layers whose features count. */
export interface Backbone {
  readonly shapes: Shapes
  /** Channels of the features, one number for each of LPIPS' linear heads. */
  readonly channels: readonly number[]
  /** Adds the network; returns the features in order. */
  taps(layers: Layers, x: Value): readonly Value[]
}

export function layersOf(graph: GraphBuilder): Layers {
  return {
    convolve(x, name, { stride = 1, padding = 0 } = {}) {
      const window = { strides: [stride, stride], pads: [padding, padding, padding, padding] }
      const sum = graph.node('Conv', `${name}.conv`, [x, `${name}.weight`, `${name}.bias`], window)
      return graph.node('Relu', `${name}.relu`, [sum])
    },
    maxPool(x, name, size, stride, ceil = false) {
      const window = { kernel_shape: [size, size], strides: [stride, stride], ceil_mode: ceil ? 1 : 0 }
      return graph.node('MaxPool', name, [x], window)
    },
    concat: (parts, name) => graph.node('Concat', name, parts, { axis: 1 }),
  }
}

/** A convolution's tensors. */
export function convolution(name: string, outward: number, inward: number, kernel: number): Shapes {
  return { [`${name}.weight`]: [outward, inward, kernel, kernel], [`${name}.bias`]: [outward] }
}
