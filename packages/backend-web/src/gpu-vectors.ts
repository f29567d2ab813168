import { invalidArgument, type Term, type VectorSpace } from '@fastflow/core'
import { type Line, nextCall } from './line.ts'
import type { ReduceRequest } from './protocol.ts'

/** A latent in the memory of the graphics card. */
export interface GpuVector {
  /** Number of elements. */
  readonly length: number
  /** Name between page and worker; nobody else's business. */
  readonly id: number
}

/** Latents that stay on the graphics card. */
export interface GpuVectors {
  readonly space: VectorSpace<GpuVector>
  /** Copies values to the card. */
  upload(values: Float32Array): GpuVector
  /** Copies values from the card. */
  download(x: GpuVector): Promise<Float32Array>
}

/** Terms that fit in one dispatch beside `out`. */
const MAX_TERMS = 7

/** The card answers with numbers only; everything else is queued in the order of the calls. */
export function createGpuVectors(line: Line): GpuVectors {
  let last = 0
  const name = (length: number): GpuVector => ({ id: last++, length })
  const upload = (values: Float32Array): GpuVector => {
    const vector = name(values.length)
    const data = values.slice()
    line.post({ kind: 'allocate', vector: vector.id, length: data.length, data }, [data.buffer])
    return vector
  }
  const reduce = async (what: ReduceRequest['what'], a: GpuVector, b: GpuVector): Promise<number> => {
    checkLength(a, b)
    const call = nextCall()
    const answer = line.answer(`call ${call}`, 'the state')
    line.post({ kind: 'reduce', call, what, a: a.id, b: b.id })
    const reply = await answer
    if (reply.kind !== 'reduced') throw new TypeError(`a sum was answered with ${reply.kind}`)
    return reply.value
  }
  const combine = (out: GpuVector, terms: readonly Term<GpuVector>[]): void =>
    line.post({
      kind: 'combine',
      vector: out.id,
      terms: terms.map(({ weight, vector }) => ({ weight, vector: vector.id })),
    })

  const space: VectorSpace<GpuVector> = {
    version: 1,
    name: 'webgpu',
    allocate({ length }) {
      const vector = name(length)
      line.post({ kind: 'allocate', vector: vector.id, length })
      return vector
    },
    clone(x) {
      const vector = name(x.length)
      line.post({ kind: 'copy', vector: vector.id, from: x.id })
      return vector
    },
    release: ({ id }) => line.post({ kind: 'free', vector: id }),
    linearCombination(out, terms) {
      for (let i = 0; i < terms.length; i++) checkLength(terms[i]!.vector, out)
      if (terms.length <= MAX_TERMS) return combine(out, terms)
      const sum = space.allocate(out)
      combine(sum, terms.slice(0, MAX_TERMS))
      for (let at = MAX_TERMS; at < terms.length; at += MAX_TERMS - 1)
        combine(sum, [{ weight: 1, vector: sum }, ...terms.slice(at, at + MAX_TERMS - 1)])
      combine(out, [{ weight: 1, vector: sum }])
      space.release(sum)
    },
    dot: (a, b) => reduce('dot', a, b),
    meanSquaredDifference: (a, b) => reduce('difference', a, b),
    isFinite: async (x) => (await reduce('exponent', x, x)) < 255,
  }
  return {
    space,
    upload,
    async download(x) {
      const call = nextCall()
      const answer = line.answer(`call ${call}`, 'the state')
      line.post({ kind: 'read', call, vector: x.id })
      const reply = await answer
      if (reply.kind !== 'read') throw new TypeError(`a vector was answered with ${reply.kind}`)
      return reply.data
    },
  }
}

function checkLength({ length }: GpuVector, like: GpuVector): void {
  if (length !== like.length)
    throw invalidArgument('vector', `has ${length} values, the state ${like.length}`)
}
