import { simdSpace } from '@fastflow/core'
import * as ort from 'onnxruntime-node'
import { nested, node, text, value, whole } from './onnx.mjs'

// What it brings to keep a state on the card between steps: onnxruntime's WebGPU with states that go through memory, as backend-node has
// them, and with states that stay, where combining and looking for NaN are small networks. The two take turns. VK_ICD_FILENAMES names a
// software driver where there is no card: node bench/device-state.mjs [turns]

const turns = Number(process.argv[2] ?? 9)
const steps = 20
const weights = [1, -0.08, 0.03]
const stay = { preferredOutputLocation: 'gpu-buffer' }

const one = [nested(5, whole(2, 1), text(8, 'zero'), nested(9, Buffer.from(new Float32Array(1).buffer)))]
const graphs = {
  velocity: { nodes: [node('Sin', ['x'], 'h'), node('Mul', ['h', 'x'], 'y')], inputs: { x: ['n'] } },
  combine: {
    nodes: [
      ...[0, 1, 2].map((k) => node('Mul', [`x${k}`, `w${k}`], `p${k}`)),
      node('Add', ['p0', 'p1'], 's'),
      node('Add', ['s', 'p2'], 'y'),
    ],
    inputs: { x0: ['n'], x1: ['n'], x2: ['n'], w0: [1], w1: [1], w2: [1] },
  },
  // Not 0 where any value is NaN or infinite.
  finite: {
    nodes: [...one, node('Mul', ['x', 'zero'], 'h'), node('ReduceSum', ['h'], 'y')],
    inputs: { x: ['n'] },
    y: [1],
  },
  read: { nodes: [node('Identity', ['x'], 'y')], inputs: { x: ['n'] } },
}

async function session(name, length, options) {
  const { nodes, inputs, y = ['n'] } = graphs[name]
  const sized = (dims) => dims.map((size) => (size === 'n' ? length : size))
  const ports = Object.entries(inputs).map(([input, dims]) => value(11, input, sized(dims)))
  const graph = nested(7, ...nodes, text(2, name), ...ports, value(12, 'y', sized(y)))
  const bytes = Buffer.concat([whole(1, 8), graph, nested(8, text(1, ''), whole(2, 17))])
  return ort.InferenceSession.create(bytes, {
    executionProviders: ['webgpu'],
    logSeverityLevel: 4,
    ...options,
  })
}

const tensor = (data) => new ort.Tensor('float32', data, [data.length])

process.stdout.write(
  'state      moved a step (memory, card)   ms a step: memory  card   largest difference\n',
)
for (const length of [3 * 1024, 64 * 1024, 256 * 1024, 2048 * 1024])
  process.stdout.write(await compare(length))
process.exit(0)

async function compare(length) {
  const noise = Float32Array.from({ length }, (_, k) => Math.sin(12.9898 * k) * 2)
  const ways = [await inMemory(length), await onCard(length)]
  const times = ways.map(() => [])
  let ends = []
  for (let turn = -2; turn < turns; turn++) {
    ends = []
    for (const [index, way] of ways.entries()) {
      const start = performance.now()
      ends.push(await way(noise))
      if (turn >= 0) times[index].push((performance.now() - start) / steps)
    }
  }
  const largest = ends[0].reduce((most, x, k) => Math.max(most, Math.abs(x - ends[1][k])), 0)
  const [memory, card] = times.map((list) =>
    list.sort((a, b) => a - b)[Math.floor(list.length / 2)].toFixed(2),
  )
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`
  const moved = `${kilobytes(8 * length)}, ${kilobytes((8 * length) / steps + 16)}`
  return `${kilobytes(4 * length).padEnd(10)} ${moved.padEnd(30)} ${memory.padStart(17)} ${card.padStart(6)} ${largest.toExponential(1).padStart(14)}\n`
}

async function inMemory(length) {
  const space = simdSpace({ capacity: 8 * length })
  const velocity = await session('velocity', length)
  return async (noise) => {
    let [x, last] = [space.clone(noise), space.allocate(noise)]
    last.fill(0)
    for (let step = 0; step < steps; step++) {
      const { y } = await velocity.run({ x: tensor(x) })
      if (!space.isFinite(y.data)) throw new Error('not finite')
      const terms = [x, y.data, last].map((vector, k) => ({ weight: weights[k], vector }))
      space.linearCombination(x, terms)
      last = y.data
    }
    return x
  }
}

async function onCard(length) {
  const [velocity, combine] = [
    await session('velocity', length, stay),
    await session('combine', length, stay),
  ]
  const [finite, read] = [await session('finite', length), await session('read', length)]
  const [w0, w1, w2] = weights.map((weight) => tensor(Float32Array.of(weight)))
  return async (noise) => {
    let [x0, x2] = [tensor(noise), tensor(new Float32Array(length))]
    for (let step = 0; step < steps; step++) {
      const { y: x1 } = await velocity.run({ x: x0 })
      const { y: rest } = await finite.run({ x: x1 })
      if (rest.data[0] !== 0) throw new Error('not finite')
      const { y } = await combine.run({ x0, x1, x2, w0, w1, w2 })
      for (const old of [x0, x2]) if (old.location === 'gpu-buffer') old.dispose()
      ;[x0, x2] = [y, x1]
    }
    const { y } = await read.run({ x: x0 })
    return y.data
  }
}
