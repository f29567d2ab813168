import { FastFlowError, type LoadProgress, type RunResult, type Tensor } from '@fastflow/core'
import { type PackedTensor, unpackOutputs } from '@fastflow/core/backend'
import type { NetworkInfo, ServedNames } from '../messages/protocol.ts'
import { workerEnded } from './errors.ts'
import { createIdleTimer } from './idle-timer.ts'
import type { CheckedOptions } from './options.ts'
import { type Session, startSession } from './session.ts'

/** A run as it is sent: feeds lie packed in the payload. */
export interface PackedRun {
  readonly feeds: readonly PackedTensor[]
  readonly payload: Uint8Array
  readonly fetches: readonly string[]
  /** Arrays of the caller that outputs are written to. */
  readonly into: Readonly<Record<string, Tensor>>
}

export interface LoadNetwork {
  readonly threads: number | undefined
  readonly onProgress: (progress: Omit<LoadProgress, 'name'>) => void
  /** Ends loading, and the process with it, with its reason, a FastFlowError. */
  readonly signal: AbortSignal
}

/**
 * The worker of one folder: started by the first question, replaced by the next one where it has ended, asked one question at a
 * time in the order they come.
 */
export interface Host {
  open(): Promise<ServedNames>
  read(file: string): Promise<Uint8Array>
  load(network: string, options: LoadNetwork): Promise<NetworkInfo>
  /** Loads the network first where the process is another one than it was loaded in. */
  run(network: string, expected: NetworkInfo, run: PackedRun): Promise<RunResult>
  release(network: string): Promise<void>
  /** Ends the process, if there is one; the next question starts another. */
  close(): Promise<void>
}

export function createHost(options: CheckedOptions, location: string): Host {
  let session: Session | undefined
  let served: Promise<unknown> = Promise.resolve()
  const idle = createIdleTimer(options.limits.idleSeconds, () => void session?.close())
  /** Runners of each network; it is freed with the last of them. */
  const users = new Map<string, number>()
  const threads = new Map<string, number | undefined>()

  async function current(): Promise<Session> {
    if (session === undefined || session.failed()) session = await startSession(options, location)
    return session
  }

  function inTurn<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const turn = served.then(async () => {
      idle.stop()
      try {
        return await work(await current())
      } finally {
        if (users.size === 0) idle.restart()
      }
    })
    served = turn.catch(() => {})
    return turn
  }

  async function load(
    worker: Session,
    network: string,
    { onProgress, signal }: Partial<LoadNetwork>,
  ): Promise<NetworkInfo> {
    const known = worker.loaded.get(network)
    if (known !== undefined) return known
    if (signal?.aborted) throw signal.reason
    const abort = (): void => worker.kill(signal?.reason)
    signal?.addEventListener('abort', abort)
    try {
      const wanted = threads.get(network)
      const request = { kind: 'load', network, ...(wanted !== undefined && { threads: wanted }) } as const
      const { reply } = await worker.ask({
        request,
        what: network,
        limit: 'loadSeconds',
        ...(onProgress && { onProgress }),
      })
      if (reply.kind !== 'loaded') throw workerEnded(network, 'it loaded nothing')
      worker.loaded.set(network, reply.info)
      return reply.info
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  async function run(
    worker: Session,
    network: string,
    expected: NetworkInfo,
    call: PackedRun,
  ): Promise<RunResult> {
    const info = await load(worker, network, {})
    if (info.digest !== expected.digest) throw changed(network)
    const { feeds, fetches, payload, into } = call
    const request = { kind: 'run', network, feeds, fetches } as const
    const { outputs } = expected
    const { reply, payload: memory } = await worker.ask({
      request,
      payload,
      what: network,
      limit: 'runSeconds',
      outputs,
    })
    if (reply.kind !== 'ran') throw workerEnded(network, 'it ran nothing')
    return { outputs: unpackOutputs(memory.buffer, reply.outputs, into), timing: { ms: reply.ms } }
  }

  return {
    open: () => inTurn(async (worker) => worker.names),
    read: (file) =>
      inTurn(async (worker) => {
        const { payload } = await worker.ask({
          request: { kind: 'read', file },
          what: file,
          limit: 'loadSeconds',
        })
        return payload
      }),
    load: (network, wanted) =>
      inTurn(async (worker) => {
        if (!users.has(network)) threads.set(network, wanted.threads)
        const info = await load(worker, network, wanted)
        users.set(network, (users.get(network) ?? 0) + 1)
        return info
      }),
    run: (network, expected, call) => inTurn((worker) => run(worker, network, expected, call)),
    release: (network) =>
      inTurn(async (worker) => {
        const left = (users.get(network) ?? 1) - 1
        if (left > 0) return void users.set(network, left)
        users.delete(network)
        if (!worker.loaded.delete(network)) return
        await worker.ask({ request: { kind: 'release', network }, what: network, limit: 'runSeconds' })
      }),
    close: async () => {
      idle.stop()
      await session?.close()
    },
  }
}

function changed(network: string): FastFlowError {
  const message = `${network} is another network than the one that was loaded; load it again`
  return new FastFlowError({ code: 'model-unreadable', field: network, message })
}
