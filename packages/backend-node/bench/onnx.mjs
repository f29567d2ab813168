// What of onnx.proto benches need: models of matrix products whose weights lie in a file beside them. Fields have its numbers.
import { open } from 'node:fs/promises'

/**
 * A chain of products with random matrices, `from` [rows, width] -> `to`; they are written to `path`, which the model calls `file`.
 * Fields of a graph.
 */
export async function chain({ path, file, megabytes, width, from, to }) {
  const layerBytes = 4 * width * width
  const layers = Math.round((megabytes * 1e6) / layerBytes)
  const data = await open(path, 'w')
  const values = new Float32Array(width * width)
  for (let layer = 0; layer < layers; layer++) {
    for (let k = 0; k < values.length; k++) values[k] = (Math.random() - 0.5) / 16
    await data.write(new Uint8Array(values.buffer))
  }
  await data.close()
  const between = (layer) => (layer === 0 ? from : layer === layers ? to : `${to}.${layer}`)
  const name = (layer) => `${to}.weights.${layer}`
  return Array.from({ length: layers }, (_, layer) => [
    node('MatMul', [between(layer), name(layer)], between(layer + 1)),
    nested(5, external(name(layer), width, file, layer * layerBytes)),
  ]).flat()
}

/** A node of a graph. */
export function node(operator, inputs, output, ...attributes) {
  return nested(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, operator), ...attributes)
}

/** An input (field 11) or output (field 12) of float32 of a graph. */
export function value(field, name, dims) {
  const shape = dims.map((size) => nested(1, whole(1, size)))
  return nested(field, text(1, name), nested(2, nested(1, whole(1, 1), nested(2, ...shape))))
}

function external(name, width, file, offset) {
  const entries = Object.entries({ location: file, offset, length: 4 * width * width })
  const places = entries.map(([key, at]) => nested(13, text(1, key), text(2, String(at))))
  return Buffer.concat([
    whole(1, width),
    whole(1, width),
    whole(2, 1),
    text(8, name),
    ...places,
    whole(14, 1),
  ])
}

export function whole(field, value) {
  return Buffer.concat([varint(field * 8), varint(value)])
}

export function nested(field, ...parts) {
  const content = Buffer.concat(parts)
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content])
}

export function text(field, value) {
  return nested(field, Buffer.from(value))
}

function varint(value) {
  const bytes = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}
