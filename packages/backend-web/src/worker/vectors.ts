import type { ReduceRequest, VectorRequest } from '../protocol.ts'
import { combination, exactSum, largestExponent, MAX_SOURCES, WORKGROUP } from './kernels.ts'

/** Vectors in the memory of a graphics card, by the numbers their owner knows them by. */
export interface Vectors {
  buffer(id: number): GPUBuffer
  /** Queues work on the card; nothing is awaited. */
  apply(request: VectorRequest): void
  reduce(request: ReduceRequest): Promise<number>
  read(id: number): Promise<Float32Array>
}

interface Term {
  readonly weight: number
  readonly vector: number
}

/** Enough workgroups to fill a card; each invocation takes several elements of a longer vector. */
const MAX_GROUPS = 256

// Values of GPUBufferUsage and GPUMapMode, which exist only where there is WebGPU.
const MAP_READ = 0x1
const COPY_SRC = 0x4
const COPY_DST = 0x8
const UNIFORM = 0x40
const STORAGE = 0x80
const storage = STORAGE | COPY_SRC | COPY_DST

export function createVectors(device: GPUDevice): Vectors {
  const vectors = new Map<number, { readonly buffer: GPUBuffer; readonly length: number }>()
  const pipelines = new Map<string, GPUComputePipeline>()
  // Uniforms and results are small, and rewritten in the order of the queue.
  const parameters = device.createBuffer({
    size: 16 + 16 * 16,
    usage: UNIFORM | COPY_DST,
  })
  const results = device.createBuffer({ size: 16 + 16 * MAX_GROUPS, usage: storage })
  const nothing = device.createBuffer({ size: 16, usage: storage })

  const of = (id: number): { readonly buffer: GPUBuffer; readonly length: number } => {
    const vector = vectors.get(id)
    if (vector === undefined) throw new Error(`there is no vector ${id}; was it released?`)
    return vector
  }
  const pipeline = (code: string): GPUComputePipeline => {
    const known = pipelines.get(code)
    if (known !== undefined) return known
    const module = device.createShaderModule({ code })
    const created = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } })
    pipelines.set(code, created)
    return created
  }
  const dispatch = (
    code: string,
    buffers: readonly GPUBuffer[],
    uniforms: Uint32Array,
    groups: number,
  ): void => {
    device.queue.writeBuffer(parameters, 0, uniforms as BufferSource)
    const compute = pipeline(code)
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(compute)
    const entries = [...buffers, parameters].map((buffer, binding) => ({ binding, resource: { buffer } }))
    pass.setBindGroup(0, device.createBindGroup({ layout: compute.getBindGroupLayout(0), entries }))
    pass.dispatchWorkgroups(groups)
    pass.end()
    device.queue.submit([encoder.finish()])
  }
  const copy = (from: GPUBuffer, to: GPUBuffer, size: number): void => {
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(from, 0, to, 0, size)
    device.queue.submit([encoder.finish()])
  }
  const allocate = (id: number, length: number): void => {
    const buffer = device.createBuffer({ size: Math.max(16, Math.ceil(length / 4) * 16), usage: storage })
    vectors.set(id, { buffer, length })
  }

  function combine(out: number, terms: readonly Term[]): void {
    const { buffer, length } = of(out)
    const slots: GPUBuffer[] = []
    const uniforms = new Uint32Array(4 + 4 * 16)
    const weights = new Float32Array(uniforms.buffer)
    for (const [i, { weight, vector }] of terms.entries()) {
      const source = of(vector).buffer
      if (source !== buffer && !slots.includes(source)) slots.push(source)
      weights[4 + 4 * i] = weight
      uniforms[4 + 4 * i + 1] = source === buffer ? 0 : slots.indexOf(source) + 1
    }
    const groups = groupsFor(length)
    uniforms.set([length, terms.length, groups * WORKGROUP])
    const unused = Array.from({ length: MAX_SOURCES - slots.length }, () => nothing)
    dispatch(combination, [buffer, ...slots, ...unused], uniforms, groups)
  }

  async function readBack(from: GPUBuffer, size: number): Promise<ArrayBuffer> {
    const staging = device.createBuffer({ size, usage: MAP_READ | COPY_DST })
    copy(from, staging, size)
    await staging.mapAsync(MAP_READ)
    const bytes = staging.getMappedRange().slice(0)
    staging.destroy()
    return bytes
  }

  return {
    buffer: (id) => of(id).buffer,
    apply(request) {
      if (request.kind === 'allocate') {
        allocate(request.vector, request.length)
        if (request.data) device.queue.writeBuffer(of(request.vector).buffer, 0, request.data as BufferSource)
      } else if (request.kind === 'copy') {
        const { buffer, length } = of(request.from)
        allocate(request.vector, length)
        copy(buffer, of(request.vector).buffer, 4 * length)
      } else if (request.kind === 'combine') combine(request.vector, request.terms)
      else {
        of(request.vector).buffer.destroy()
        vectors.delete(request.vector)
      }
    },
    async reduce({ what, a, b }) {
      const [x, y] = [of(a), of(b)]
      const groups = groupsFor(x.length)
      const stride = groups * WORKGROUP
      device.queue.writeBuffer(results, 0, new Uint32Array(2))
      // A buffer may be bound twice for reading.
      const buffers = [x.buffer, y.buffer, results]
      dispatch(largestExponent, buffers, Uint32Array.of(x.length, stride), groups)
      if (what !== 'exponent')
        dispatch(exactSum, buffers, Uint32Array.of(x.length, stride, what === 'dot' ? 0 : 1), groups)
      const words = new Uint32Array(await readBack(results, what === 'exponent' ? 16 : 16 + 16 * groups))
      const [ofX, ofY] = [words[0]!, words[1]!]
      const largest = Math.max(ofX, ofY)
      if (what === 'exponent') return largest
      if (largest === 255) return Number.NaN
      const exponents = what === 'dot' ? Math.max(1, ofX) + Math.max(1, ofY) : 2 * Math.max(1, largest)
      // Mantissas are integers of 24 bits, exponents biased by 127, products moved left by 56.
      const sum = sumOf(words) * 2 ** (exponents - 2 * 150 - 56)
      return what === 'dot' ? sum : sum / x.length
    },
    async read(id) {
      const { buffer, length } = of(id)
      return new Float32Array(await readBack(buffer, 4 * length))
    },
  }
}

function groupsFor(length: number): number {
  return Math.max(1, Math.min(MAX_GROUPS, Math.ceil(length / WORKGROUP)))
}

/** The partial sums of the workgroups, each 128 bits in two's complement. */
function sumOf(words: Uint32Array): number {
  let sum = 0n
  for (let at = 4; at < words.length; at += 4) {
    let limbs = 0n
    for (let n = 3; n >= 0; n--) limbs = (limbs << 32n) | BigInt(words[at + n]!)
    sum += BigInt.asIntN(128, limbs)
  }
  return Number(sum)
}
