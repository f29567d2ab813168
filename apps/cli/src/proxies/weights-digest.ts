import { createHash } from 'node:crypto'
import type { LpipsNet, NamedTensor } from '@fastflow/proxies'

/** `weightsDigest` of the published LPIPS v0.1 weights, backbone and heads; that of vgg is not known here. */
export const KNOWN_DIGESTS: Partial<Readonly<Record<LpipsNet, string>>> = {
  alex: '5b6d8ff47c33d25e866394aa122552333271cf6c76631cc1a25c804f140e224d',
  squeeze: 'da8a3a8d309326ade6525529314f1d3fb0f0cbf2b5caa29ba833946e3d8cd1ad',
}

/**
 * SHA-256, hex, of tensors, whatever file they came in: of name, shape and float32 values (least byte first) of each, in the
 * order of names. Shapes count without sides of length 1.
 */
export function weightsDigest(tensors: ReadonlyMap<string, NamedTensor>): string {
  const hash = createHash('sha256')
  for (const name of [...tensors.keys()].sort()) {
    const { shape, data } = tensors.get(name)!
    const bytes = Buffer.alloc(4 * data.length)
    data.forEach((value, k) => {
      bytes.writeFloatLE(value, 4 * k)
    })
    hash.update(`${name} ${shape.filter((side) => side !== 1).join('x')}\n`).update(bytes)
  }
  return hash.digest('hex')
}
