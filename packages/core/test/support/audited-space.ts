import { float32Space, type VectorSpace } from '@fastflow/core'

/** float32, counting vectors that were handed out and not given back. */
export function auditedSpace(): {
  readonly space: VectorSpace<Float32Array>
  readonly live: Set<Float32Array>
} {
  const live = new Set<Float32Array>()
  const lend = (x: Float32Array): Float32Array => {
    live.add(x)
    return x
  }
  const space: VectorSpace<Float32Array> = {
    ...float32Space,
    allocate: (like) => lend(new Float32Array(like.length).fill(NaN)),
    clone: (x) => lend(x.slice()),
    release: (x) => {
      if (!live.delete(x)) throw new Error('released twice')
    },
  }
  return { space, live }
}
