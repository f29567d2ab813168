// A transformer of the shape of Stable Diffusion 3, with random float16 weights in a file beside it: depth `d` has `d` joint
// blocks, `d` heads of 64 and a width of 64 d, some 36 d (64 d)^2 parameters, as the family scales. Without position embeddings,
// norms of queries and keys and biases, which cost nothing.
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toFloat16 } from '@fastflow/core/backend'
import { nested, node, text, whole } from '../../backend-node/bench/onnx.mjs'

const HEAD = 64
const TIMES = 256
const [FLOAT, HALF, INT64] = [1, 10, 7]
/** Random values that weights of one scale repeat; a prime, so that no two matrices begin alike. */
const PATTERN = 1_000_003

/** Writes `model.onnx` and its weights into a folder. @returns how many parameters it has. */
export async function writeTransformer(folder, depth, { channels, context, pooled, patch }) {
  const width = HEAD * depth
  const weights = await weightFile(join(folder, 'weights.bin'), 'weights.bin')
  const graph = graphOf(weights)
  const { add, weight } = graph
  const shape = (name, values) => graph.integers(name, values)
  shape('flat', [0, 0, -1])
  shape('heads', [0, 0, depth, HEAD])
  shape('merged', [0, 0, width])
  shape('one', [1])
  shape('head', [0, patch * patch * channels])
  graph.floats('scale', HALF, [], [1 / Math.sqrt(HEAD)])
  graph.floats('gelu', HALF, [], [1.702])
  graph.floats('unit', HALF, [], [1])
  graph.floats('ones', HALF, [width], new Array(width).fill(1))
  graph.floats(
    'frequencies',
    FLOAT,
    [1, TIMES],
    Array.from({ length: TIMES }, (_, k) => 10_000 ** (-k / TIMES)),
  )
  const dense = async (name, x, inner, outer) => add('MatMul', [x, await weight(name, [inner, outer], inner)])
  const silu = (x) => add('Mul', [x, add('Sigmoid', [x])])
  const embed = async (name, x, inner) =>
    dense(`${name}.2`, silu(await dense(`${name}.1`, x, inner, width)), width, width)

  const kernel = await weight('patches', [width, channels, patch, patch], channels * patch * patch)
  const attributes = [graph.wholes('strides', [patch, patch]), graph.wholes('kernel_shape', [patch, patch])]
  const grid = add('Conv', ['hidden_states', kernel], attributes)
  let image = add('Transpose', [add('Reshape', [grid, 'flat'])], [graph.wholes('perm', [0, 2, 1])])
  let prompt = await dense('context', 'encoder_hidden_states', context, width)
  const angles = add('Mul', [add('Unsqueeze', ['timestep', 'one']), 'frequencies'])
  const time = add('Cast', [add('Cos', [angles])], [graph.wholes('to', HALF)])
  const condition = silu(
    add('Add', [await embed('time', time, TIMES), await embed('pooled', 'pooled_projections', pooled)]),
  )

  const modulation = async (name, count) => {
    const all = add('Unsqueeze', [await dense(name, condition, width, count * width), 'one'])
    return graph.split(all, count)
  }
  const modulated = (x, shift, scale) => {
    const norm = add('LayerNormalization', [x, 'ones'])
    return add('Add', [add('Mul', [norm, add('Add', [scale, 'unit'])]), shift])
  }
  const gated = (x, gate, branch) => add('Add', [x, add('Mul', [gate, branch])])
  const heads = (x, perm) => add('Transpose', [add('Reshape', [x, 'heads'])], [graph.wholes('perm', perm)])

  for (let block = 0; block < depth; block++) {
    const streams = [image, prompt].map((x, at) => ({
      x,
      name: `block.${block}.${at === 0 ? 'image' : 'prompt'}`,
    }))
    for (const stream of streams) {
      stream.parts = await modulation(`${stream.name}.modulation`, 6)
      const y = modulated(stream.x, stream.parts[0], stream.parts[1])
      for (const part of ['q', 'k', 'v'])
        stream[part] = await dense(`${stream.name}.${part}`, y, width, width)
    }
    const joint = (part) =>
      add(
        'Concat',
        streams.map((stream) => stream[part]),
        [graph.wholes('axis', 1)],
      )
    const keys = heads(joint('k'), [0, 2, 3, 1])
    const scores = add('Mul', [add('MatMul', [heads(joint('q'), [0, 2, 1, 3]), keys]), 'scale'])
    const seen = add('MatMul', [
      add('Softmax', [scores], [graph.wholes('axis', 3)]),
      heads(joint('v'), [0, 2, 1, 3]),
    ])
    const both = add('Reshape', [add('Transpose', [seen], [graph.wholes('perm', [0, 2, 1, 3])]), 'merged'])
    const split = graph.cut(
      both,
      streams.map(({ x }) => x),
    )
    for (const [at, { x, name, parts }] of streams.entries()) {
      const attended = gated(x, parts[2], await dense(`${name}.out`, split[at], width, width))
      const wide = await dense(`${name}.wide`, modulated(attended, parts[3], parts[4]), width, 4 * width)
      const bent = add('Mul', [wide, add('Sigmoid', [add('Mul', [wide, 'gelu'])])])
      const done = gated(attended, parts[5], await dense(`${name}.narrow`, bent, 4 * width, width))
      if (at === 0) image = done
      else prompt = done
    }
  }
  const [shift, scale] = await modulation('last', 2)
  const patches = await dense('patches.out', modulated(image, shift, scale), width, patch * patch * channels)
  const sides = add('Shape', [grid], [graph.wholes('start', 2)])
  const size = add('Concat', ['head', sides], [graph.wholes('axis', 0)])
  const columns = add('Transpose', [patches], [graph.wholes('perm', [0, 2, 1])])
  add(
    'DepthToSpace',
    [add('Reshape', [columns, size])],
    [graph.wholes('blocksize', patch)],
    'out_hidden_states',
  )
  const [batch, high, wide] = ['batch_size', 'height', 'width']
  const ports = [
    port(11, 'hidden_states', HALF, [batch, channels, high, wide]),
    port(11, 'encoder_hidden_states', HALF, [batch, 'sequence_length', context]),
    port(11, 'pooled_projections', HALF, [batch, pooled]),
    port(11, 'timestep', FLOAT, [batch]),
    port(12, 'out_hidden_states', HALF, [batch, channels, high, wide]),
  ]
  const model = [
    whole(1, 8),
    nested(7, ...graph.fields, text(2, 'transformer'), ...ports),
    nested(8, text(1, ''), whole(2, 18)),
  ]
  await writeFile(join(folder, 'model.onnx'), Buffer.concat(model))
  await weights.close()
  return weights.count()
}

function graphOf(weights) {
  const fields = []
  let made = 0
  const tensor = (name, type, dims, bytes) =>
    nested(5, ...dims.map((dim) => whole(1, dim)), whole(2, type), text(8, name), nested(9, bytes))
  const wholes = (name, values) =>
    Array.isArray(values)
      ? nested(5, text(1, name), ...values.map((value) => whole(8, value)), whole(20, 7))
      : nested(5, text(1, name), whole(3, values), whole(20, 2))
  const add = (op, inputs, attributes = [], output = `v${made++}`) => {
    fields.push(node(op, inputs, output, ...attributes))
    return output
  }
  return {
    fields,
    add,
    wholes,
    integers: (name, values) =>
      fields.push(
        tensor(name, INT64, [values.length], Buffer.from(BigInt64Array.from(values, BigInt).buffer)),
      ),
    floats: (name, type, dims, values) => {
      const floats = Float32Array.from(values)
      fields.push(tensor(name, type, dims, Buffer.from((type === HALF ? toFloat16(floats) : floats).buffer)))
    },
    async weight(name, dims, inner) {
      fields.push(nested(5, ...(await weights.append(name, dims, inner))))
      return name
    },
    split(x, count) {
      const outputs = Array.from({ length: count }, () => `v${made++}`)
      const ports = [text(1, x), ...outputs.map((name) => text(2, name))]
      fields.push(nested(1, ...ports, text(4, 'Split'), wholes('axis', 2), wholes('num_outputs', count)))
      return outputs
    },
    /** Parts of x along its second dimension, as long as these. */
    cut(x, parts) {
      const lengths = parts.map((part) => add('Shape', [part], [wholes('start', 1), wholes('end', 2)]))
      const sizes = add('Concat', lengths, [wholes('axis', 0)])
      const outputs = parts.map(() => `v${made++}`)
      const ports = [text(1, x), text(1, sizes), ...outputs.map((name) => text(2, name))]
      fields.push(nested(1, ...ports, text(4, 'Split'), wholes('axis', 1)))
      return outputs
    },
  }
}

/** Weights in a file; those of one scale repeat one pattern of random values. */
async function weightFile(path, location) {
  const file = await open(path, 'w')
  const patterns = new Map()
  let [end, parameters] = [0, 0]
  const patternOf = (inner) => {
    const known = patterns.get(inner)
    if (known) return known
    const most = Math.sqrt(3 / inner)
    const values = Float32Array.from({ length: PATTERN }, () => most * (2 * Math.random() - 1))
    const made = Buffer.from(toFloat16(values).buffer)
    patterns.set(inner, made)
    return made
  }
  return {
    count: () => parameters,
    async append(name, dims, inner) {
      const pattern = patternOf(inner)
      const length = 2 * dims.reduce((product, dim) => product * dim, 1)
      for (let at = 0; at < length; ) {
        const { bytesWritten } = await file.write(pattern, 0, Math.min(pattern.length, length - at))
        at += bytesWritten
      }
      const entries = Object.entries({ location, offset: end, length })
      const places = entries.map(([key, value]) => nested(13, text(1, key), text(2, String(value))))
      end += length
      parameters += length / 2
      return [...dims.map((dim) => whole(1, dim)), whole(2, HALF), text(8, name), ...places, whole(14, 1)]
    },
    close: () => file.close(),
  }
}

/** An input (field 11) or output (field 12); sizes that vary have names. */
function port(field, name, type, dims) {
  const shape = dims.map((size) => nested(1, typeof size === 'number' ? whole(1, size) : text(2, size)))
  return nested(field, text(1, name), nested(2, nested(1, whole(1, type), nested(2, ...shape))))
}
