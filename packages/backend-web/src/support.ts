/** A way to run networks, and whether it works here. */
export interface Candidate {
  readonly executionProvider: 'webgpu' | 'wasm'
  /** Threads of WebAssembly; with WebGPU those of the operators that the graphics card does not run. */
  readonly threads: number
  readonly works: boolean
  /** One line: what it runs on, or why it does not work and what would help. */
  readonly reason: string
}

/** What networks run on in this browser, found by running one. */
export interface ExecutionSupport {
  /** The best candidate that works. */
  readonly chosen: Candidate
  /** All candidates that were tried, best first; `chosen` is the last. */
  readonly tried: readonly Candidate[]
}

/** What to try, best first. */
export type Attempt = Pick<Candidate, 'executionProvider' | 'threads'> & {
  /** Whether a software adapter will do. */
  readonly software: boolean
}

/** Known before anything is tried: without isolation there is no shared memory, hence no threads. */
const NO_THREADS =
  'threads need a cross-origin isolated page: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'

/** The candidates in the order of preference, and those that cannot work on this page. */
export function candidatesFor(
  executionProviders: readonly ('webgpu' | 'wasm')[],
  wanted: number,
): { readonly attempts: readonly Attempt[]; readonly ruledOut: readonly Candidate[] } {
  const isolated = globalThis.crossOriginIsolated === true
  const threads = isolated ? wanted : 1
  const software = !executionProviders.includes('wasm')
  const ruledOut: Candidate[] = []
  const attempts = executionProviders.flatMap((executionProvider): Attempt[] => {
    if (executionProvider === 'webgpu') return [{ executionProvider, threads, software }]
    if (wanted > 1 && !isolated)
      ruledOut.push({ executionProvider, threads: wanted, works: false, reason: NO_THREADS })
    const single = { executionProvider, threads: 1, software }
    return threads > 1 ? [{ executionProvider, threads, software }, single] : [single]
  })
  return { attempts, ruledOut }
}
