import type { Feeds } from '@fastflow/core'
import { graph, imports, int64, join, model, nested, node, text, types, whole } from './onnx.ts'

// Small models that are valid ONNX, and do what no model should do to those who load or run it. Of each there is one
// that does it while it loads or while it runs.

const scalar = (name: string, type: number = types.float32) => ({ name, type, dims: [] })

/** Divides -2^63 by -1 as soon as constants are folded: a signal no thread survives. */
export function dividesWhileLoading(): Uint8Array {
  const constant = (name: string, number: bigint) => ({
    ...scalar(name, types.int64),
    data: int64(number),
  })
  return model(
    graph({
      nodes: [node(1, { op: 'Div', inputs: ['a', 'b'], outputs: ['y'] })],
      weights: [constant('a', -(2n ** 63n)), constant('b', -1n)],
      outputs: [scalar('y', types.int64)],
    }),
  )
}

/** The same with what it is given. */
export function dividesWhileRunning(): Uint8Array {
  return model(
    graph({
      nodes: [node(1, { op: 'Div', inputs: ['a', 'b'], outputs: ['y'] })],
      inputs: [scalar('a', types.int64), scalar('b', types.int64)],
      outputs: [scalar('y', types.int64)],
    }),
  )
}

export const deadlyFeeds: Feeds = {
  a: { type: 'int64', dims: [], data: BigInt64Array.of(-(2n ** 63n)) },
  b: { type: 'int64', dims: [], data: BigInt64Array.of(-1n) },
}

export const harmlessFeeds: Feeds = {
  a: { type: 'int64', dims: [], data: BigInt64Array.of(6n) },
  b: { type: 'int64', dims: [], data: BigInt64Array.of(3n) },
}

const toScalar = [join(text(1, 'keepdims'), whole(3, 0), whole(20, 2))]

/** A loop that goes on as long as `again` is true, gives `x` back, and keeps `size` zeros in memory meanwhile. */
export function loops(): Uint8Array {
  const body = graph({
    nodes: [
      node(1, { op: 'Identity', inputs: ['goOn'], outputs: ['goesOn'] }),
      node(1, { op: 'Identity', inputs: ['v'], outputs: ['w'] }),
    ],
    inputs: [scalar('turn', types.int64), scalar('goOn', types.bool), scalar('v')],
    outputs: [scalar('goesOn', types.bool), scalar('w')],
  })
  const loop = [join(text(1, 'body'), nested(6, body), whole(20, 5))]
  return model(
    graph({
      nodes: [
        node(1, { op: 'ConstantOfShape', inputs: ['size'], outputs: ['zeros'] }),
        node(1, { op: 'ReduceMax', inputs: ['zeros'], outputs: ['zero'], attributes: toScalar }),
        node(1, { op: 'Add', inputs: ['x', 'zero'], outputs: ['start'] }),
        node(1, { op: 'Loop', inputs: ['', 'again', 'start'], outputs: ['end'], attributes: loop }),
        // The zeros are used after the loop, and so kept during it.
        node(1, { op: 'Add', inputs: ['zeros', 'end'], outputs: ['sums'] }),
        node(1, { op: 'ReduceMax', inputs: ['sums'], outputs: ['y'], attributes: toScalar }),
      ],
      inputs: [scalar('again', types.bool), scalar('x'), { name: 'size', type: types.int64, dims: [1] }],
      outputs: [scalar('y')],
    }),
  )
}

/** Feeds of {@link zeros}. */
export function sizeFeeds(floats: number): Feeds {
  return { size: { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(floats)) } }
}

function loopFeeds(again: 0 | 1, floats: number): Feeds {
  return {
    ...sizeFeeds(floats),
    x: { type: 'float32', dims: [], data: Float32Array.of(1.5) },
    again: { type: 'bool', dims: [], data: Uint8Array.of(again) },
  }
}

export const forever: Feeds = loopFeeds(1, 1)
export const foreverHolding300MB: Feeds = loopFeeds(1, 75e6)
export const once: Feeds = loopFeeds(0, 1)

/** As many zeros as it is asked for, of which it gives the largest. */
export function zeros(): Uint8Array {
  return model(
    graph({
      nodes: [
        node(1, { op: 'ConstantOfShape', inputs: ['size'], outputs: ['zeros'] }),
        node(1, {
          op: 'ReduceMax',
          inputs: ['zeros'],
          outputs: ['y'],
          attributes: toScalar,
        }),
      ],
      inputs: [{ name: 'size', type: types.int64, dims: [1] }],
      outputs: [scalar('y')],
    }),
  )
}

/** Functions that call one another twice: 2^depth nodes out of a kilobyte. */
export function nestsFunctions(depth: number): Uint8Array {
  const one = { name: 'x', type: types.float32, dims: [1] }
  const define = (level: number): Uint8Array => {
    const call = (input: string, output: string): Uint8Array =>
      node(7, { op: `f${level - 1}`, inputs: [input], outputs: [output], domain: 'local' })
    const body =
      level === 0 ? [node(7, { op: 'Neg', inputs: ['x'], outputs: ['y'] })] : [call('x', 'm'), call('m', 'y')]
    return join(
      text(1, `f${level}`),
      text(4, 'x'),
      text(5, 'y'),
      body,
      imports(9, ''),
      imports(9, 'local'),
      text(10, 'local'),
    )
  }
  return model(
    graph({
      nodes: [node(1, { op: `f${depth}`, inputs: ['x'], outputs: ['y'], domain: 'local' })],
      inputs: [one],
      outputs: [{ ...one, name: 'y' }],
    }),
    Array.from({ length: depth + 1 }, (_, level) => define(level)),
  )
}

export function hasManyInputs(count: number): Uint8Array {
  const inputs = Array.from({ length: count }, (_, index) => ({
    name: `x${index}`,
    type: types.float32,
    dims: [1],
  }))
  return model(
    graph({
      nodes: [node(1, { op: 'Neg', inputs: ['x0'], outputs: ['y'] })],
      inputs,
      outputs: [{ name: 'y', type: types.float32, dims: [1] }],
    }),
  )
}
