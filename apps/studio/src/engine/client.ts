import type { CommandName, Commands, Failure, Reply, Request } from './protocol.ts'

/** An error of the engine, as it came over: `message` says what is wrong and what to do. */
export class EngineError extends Error {
  readonly code: Failure['code']
  readonly field: string

  constructor({ code, field, message }: Failure) {
    super(message)
    this.code = code
    this.field = field
  }
}

export interface CallOptions<Name extends CommandName> {
  /** What came too late, after `signal`, is not reported. */
  readonly onReport?: (report: Commands[Name]['report']) => void
  readonly signal?: AbortSignal
}

/** The engine, seen from the page: every call runs in the worker, so that the page stays free. */
export interface Engine {
  /** @param model address of the model it is for. */
  call<Name extends CommandName>(
    name: Name,
    model: string,
    input: Commands[Name]['input'],
    options?: CallOptions<Name>,
  ): Promise<Commands[Name]['result']>
}

interface Pending {
  readonly onReport: ((report: never) => void) | undefined
  resolve(result: never): void
  reject(error: Error): void
}

/** @param onNotice told what is worth telling and stops nothing. */
export function startEngine(onNotice: (message: string) => void): Engine {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' })
  const pending = new Map<number, Pending>()
  let jobs = 0
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    if (data.kind === 'notice') return onNotice(data.message)
    const call = pending.get(data.job)
    if (call === undefined) return
    if (data.kind === 'report') return call.onReport?.(data.report as never)
    pending.delete(data.job)
    if (data.kind === 'done') call.resolve(data.result as never)
    else call.reject(new EngineError(data.failure))
  }
  // A worker that cannot start, or dies of memory, never answers.
  worker.onerror = (event) => {
    event.preventDefault()
    const message = `the engine stopped${event.message ? ` (${event.message})` : ''}; reload the page`
    for (const call of pending.values())
      call.reject(new EngineError({ code: 'unexpected', field: 'engine', message }))
    pending.clear()
  }
  return {
    call(name, model, input, { onReport, signal } = {}) {
      const job = ++jobs
      const report: typeof onReport = (news) => {
        if (!signal?.aborted) onReport?.(news)
      }
      const send = (request: Request): void => worker.postMessage(request)
      const cancel = (): void => send({ job, name: 'cancel' })
      return new Promise<never>((resolve, reject) => {
        pending.set(job, { onReport: report, resolve, reject })
        send({ job, name, model, input } as Request)
        signal?.addEventListener('abort', cancel)
        if (signal?.aborted) cancel()
      }).finally(() => signal?.removeEventListener('abort', cancel))
    },
  }
}
