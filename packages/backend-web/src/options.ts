import { invalidArgument } from '@fastflow/core'
import { checkCallback, checkText, type OptionNames, shown } from '@fastflow/core/backend'
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

export const runtimeNames: OptionNames<RuntimeOptions> = {
  executionProviders: true,
  threads: true,
  runtime: true,
  worker: true,
  startTimeout: true,
  onNotice: true,
}

/** Threads beyond this gain nothing in WebAssembly. */
const MAX_DEFAULT_THREADS = 8

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkRuntimeOptions(options: RuntimeOptions): void {
  const { executionProviders = ['webgpu', 'wasm'], threads, startTimeout, runtime } = options
  const list: readonly unknown[] = Array.isArray(executionProviders) ? executionProviders : []
  const known = list.every((name) => name === 'webgpu' || name === 'wasm')
  if (!known || list.length === 0) {
    const message = `${shown(executionProviders)} has to list "webgpu", "wasm" or both`
    throw invalidArgument('executionProviders', message)
  }
  checkThreads(threads)
  if (startTimeout !== undefined && !(typeof startTimeout === 'number' && startTimeout > 0))
    throw invalidArgument(
      'startTimeout',
      `must be a number of milliseconds above 0, got ${shown(startTimeout)}`,
    )
  if (runtime !== undefined && !(runtime instanceof URL)) checkText('runtime', runtime, 'the URL of a folder')
  checkCallback('worker', options.worker, '() => new Worker(url, { type: "module" })')
  checkCallback('onNotice', options.onNotice, '(notice) => ...')
}

/** The same, with the default. */
export function startTimeoutOf({ startTimeout = 20_000 }: RuntimeOptions): number {
  return startTimeout
}

/** Threads to run on; the default where none are given. @throws FastFlowError `invalid-argument`. */
export function checkThreads(threads: number | undefined): number {
  if (threads === undefined)
    return Math.min(globalThis.navigator?.hardwareConcurrency || 1, MAX_DEFAULT_THREADS)
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads
  throw invalidArgument('threads', `must be a whole number from 1 to 1024, got ${shown(threads)}`)
}
