import { encodeKernels, FREE_AT, MAX_TERMS, SUMS_AT, TERMS_AT } from './kernels.ts'

// The part of the WebAssembly API that is used here, declared since core is compiled without any host's types.
interface Memory {
  readonly buffer: ArrayBuffer
}
interface WebAssemblyApi {
  validate(bytes: Uint8Array<ArrayBuffer>): boolean
  readonly Memory: new (limits: { initial: number; maximum: number }) => Memory
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}
declare const WebAssembly: WebAssemblyApi | undefined

type Combine = (out: number, wholeEnd: number, end: number) => void
type Reduce = (a: number, b: number, wholeEnd: number, end: number) => void

/** The kernels over one memory of fixed size: growing it would detach every vector in it. */
export interface Kernels {
  readonly buffer: ArrayBuffer
  /** Address of the first byte that the kernels do not use. */
  readonly free: number
  /** Addresses and weights that `combine` reads, for term i at 2 i and 2 i + 1. */
  readonly addresses: Uint32Array
  readonly weights: Float32Array
  /** What `dot` and `squares` add to. */
  readonly sums: Float64Array
  /** For 1 to {@link MAX_TERMS} terms. */
  readonly combine: readonly Combine[]
  readonly dot: Reduce
  readonly squares: Reduce
  readonly finite: (x: number, wholeEnd: number, end: number) => number
}

const PAGE = 65_536
const MOST_PAGES = 65_535

/** The kernels with room for so many bytes; undefined where the host has no SIMD, forbids compiling or lacks the memory. */
export function loadKernels(bytes: number): Kernels | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const code = encodeKernels()
  if (!WebAssembly.validate(code)) return undefined
  const pages = Math.min(MOST_PAGES, Math.ceil((FREE_AT + bytes) / PAGE))
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } })
    return kernelsOf(memory.buffer, exports as Readonly<Record<string, unknown>>)
  } catch {
    // A content security policy without wasm-unsafe-eval, or no address space left.
    return undefined
  }
}

function kernelsOf(buffer: ArrayBuffer, exports: Readonly<Record<string, unknown>>): Kernels {
  return {
    buffer,
    free: FREE_AT,
    addresses: new Uint32Array(buffer, TERMS_AT, 2 * MAX_TERMS),
    weights: new Float32Array(buffer, TERMS_AT, 2 * MAX_TERMS),
    sums: new Float64Array(buffer, SUMS_AT, 4),
    combine: Array.from({ length: MAX_TERMS }, (_, k) => exports[`combine${k + 1}`] as Combine),
    dot: exports.dot as Reduce,
    squares: exports.squares as Reduce,
    finite: exports.finite as Kernels['finite'],
  }
}
