import { FastFlowError, invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { type Host, StartFailure, startHost } from './host.ts'
import { checkThreads, type RuntimeOptions, startTimeoutOf } from './options.ts'
import { type Attempt, type Candidate, candidatesFor, type ExecutionSupport } from './support.ts'

/** A worker in use. */
export interface Lease {
  readonly host: Host
  readonly support: ExecutionSupport
  /** The worker ends when nobody uses it any more, which gives back all of its memory. */
  release(): void
}

/** Workers with a runtime, one for each number of threads that was asked for. */
export interface Pool {
  /** @throws FastFlowError `unsupported` when no execution provider works, saying why. */
  acquire(threads?: number): Promise<Lease>
}

interface Started {
  readonly host: Host
  readonly support: ExecutionSupport
}

interface Shared {
  readonly started: Promise<Started>
  host: Host | undefined
  users: number
}

export function createPool(options: RuntimeOptions): Pool {
  const shared = new Map<number, Shared>()
  // What worked before is started again at once.
  const known = new Map<number, ExecutionSupport>()

  async function start(threads: number): Promise<Started> {
    const support = known.get(threads)
    if (support !== undefined) {
      const { executionProvider, threads: used } = support.chosen
      const attempt = { executionProvider, threads: used, software: true }
      return { host: await startAttempt(options, attempt), support }
    }
    const chosen = await choose(options, threads)
    known.set(threads, chosen.support)
    options.onNotice?.({ kind: 'execution-provider', message: describe(chosen.support) })
    return chosen
  }

  function current(threads: number): Shared {
    const entry = shared.get(threads)
    if (entry !== undefined && !entry.host?.broken()) return entry
    const fresh: Shared = { started: start(threads), host: undefined, users: 0 }
    fresh.started.then(
      ({ host }) => {
        fresh.host = host
      },
      () => {},
    )
    shared.set(threads, fresh)
    return fresh
  }

  return {
    async acquire(wanted = options.threads) {
      const threads = checkThreads(wanted)
      const entry = current(threads)
      entry.users++
      let left = false
      const release = (): void => {
        if (left) return
        left = true
        entry.users--
        if (entry.users > 0) return
        if (shared.get(threads) === entry) shared.delete(threads)
        entry.host?.terminate()
      }
      try {
        return { ...(await entry.started), release }
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

/** Tries one candidate after the other until a network runs. */
async function choose(options: RuntimeOptions, threads: number): Promise<Started> {
  const { attempts, ruledOut } = candidatesFor(options.executionProviders ?? ['webgpu', 'wasm'], threads)
  const tried: Candidate[] = []
  for (const attempt of attempts) {
    const { executionProvider, threads: used } = attempt
    tried.push(...ruledOut.filter((candidate) => candidate.executionProvider === executionProvider))
    try {
      const host = await startAttempt(options, attempt)
      const chosen = { executionProvider, threads: used, works: true, reason: host.reason }
      return { host, support: { chosen, tried: [...tried, chosen] } }
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error
      tried.push({ executionProvider, threads: used, works: false, reason: error.message })
    }
  }
  const message = `networks cannot be run in this browser: ${reasons(tried)}`
  throw new FastFlowError({ code: 'unsupported', field: 'executionProviders', message })
}

function startAttempt(options: RuntimeOptions, attempt: Attempt): Promise<Host> {
  const { worker, runtime } = options
  const folder = runtime === undefined ? undefined : absolute('runtime', runtime)
  // Of one thread nothing is left to fall back on: a slow machine is better than none.
  const timeout = attempt.threads > 1 ? startTimeoutOf(options) : Number.POSITIVE_INFINITY
  return startHost(worker ?? ownWorker, { kind: 'start', attempt, runtime: folder }, timeout)
}

// Bundlers find the worker by this very expression.
function ownWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'fastflow' })
}

/**
 * The absolute form of a URL that may be relative to the page, or to the script of a worker.
 *
 * @throws FastFlowError `invalid-argument` for what is no URL, or a relative one where there is no page.
 */
export function absolute(field: string, url: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  try {
    if (typeof url === 'string' || url instanceof URL) return new URL(url, base).href
  } catch {
    // Said below.
  }
  const where =
    base === undefined
      ? 'there is no page for it to be relative to; in Node use @fastflow/backend-node'
      : `the page is ${base}`
  throw invalidArgument(field, `${url instanceof URL ? url.href : shown(url)} is not a URL here: ${where}`)
}

function describe({ chosen, tried }: ExecutionSupport): string {
  const others = reasons(tried.filter(({ works }) => !works))
  return `networks run on ${chosen.reason}${others && `. Not used: ${others}`}`
}

function reasons(candidates: readonly Candidate[]): string {
  const name = ({ executionProvider, threads }: Candidate): string =>
    executionProvider === 'webgpu' ? 'WebGPU' : `WebAssembly on ${threads} thread${threads === 1 ? '' : 's'}`
  return candidates.map((candidate) => `${name(candidate)}: ${candidate.reason}`).join('; ')
}
