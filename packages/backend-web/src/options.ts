import { invalidArgument } from '@fastflow/core'
import type { OnNotice } from './notice.ts'

/** What networks run on. */
export interface RuntimeOptions {
  /**
   * What may be used, in this order of preference: `webgpu`, `wasm`. Default both. A software WebGPU adapter, slower than
   * WebAssembly, is used only where `wasm` is not allowed.
   */
  readonly executionProviders?: readonly ('webgpu' | 'wasm')[]
  /** Threads inside a network on WebAssembly. Default: the cores, at most 8. Takes a cross-origin isolated page. */
  readonly threads?: number
  /**
   * Folder, as a URL with a slash at its end, that onnxruntime-web's `dist` is served from. Needed only without a bundler:
   * bundlers find the package by its name.
   */
  readonly runtime?: string | URL
  /** Starts the worker, for pages that serve `@fastflow/backend-web/worker` from a place of their own. */
  readonly worker?: () => Worker
  /**
   * Milliseconds that threads may take to start once the runtime has been downloaded; after that one thread is used.
   * Default 20000. Some browsers and extensions keep the workers behind them from starting, and say nothing.
   */
  readonly startTimeout?: number
  readonly onNotice?: OnNotice
}

/** Threads beyond this gain nothing in WebAssembly. */
const MAX_DEFAULT_THREADS = 8

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkRuntimeOptions(options: RuntimeOptions): void {
  const { executionProviders = ['webgpu', 'wasm'], threads, startTimeout } = options
  const known = executionProviders.every((name) => name === 'webgpu' || name === 'wasm')
  if (!known || executionProviders.length === 0) {
    const message = `${JSON.stringify(executionProviders)} has to list "webgpu", "wasm" or both`
    throw invalidArgument('executionProviders', message)
  }
  checkThreads(threads)
  if (startTimeout !== undefined && !(startTimeout > 0))
    throw invalidArgument('startTimeout', `must be a number of milliseconds above 0, got ${startTimeout}`)
}

/** The same, with the default. */
export function startTimeoutOf({ startTimeout = 20_000 }: RuntimeOptions): number {
  return startTimeout
}

/** Threads to run on; the default where none are given. @throws FastFlowError `invalid-argument`. */
export function checkThreads(threads: number | undefined): number {
  if (threads === undefined) return Math.min(navigator.hardwareConcurrency || 1, MAX_DEFAULT_THREADS)
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads
  throw invalidArgument('threads', `must be a whole number from 1 to 1024, got ${threads}`)
}
