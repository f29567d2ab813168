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

export interface EngineListeners {
  /** Told what is worth telling and stops nothing. */
  readonly onNotice: (message: string) => void
  /** The worker ended, and with it whatever was loaded; the next call starts another one. */
  readonly onLost: (error: EngineError) => void
}

export function startEngine({ onNotice, onLost }: EngineListeners): Engine {
  const pending = new Map<number, Pending>()
  let worker: Worker | undefined
  let jobs = 0
  const lose = (ended: Worker, why: string): void => {
    if (ended !== worker) return
    worker = undefined
    ended.terminate()
    const message = `the engine stopped${why && ` (${why})`}; load the model again`
    const error = new EngineError({ code: 'model-failed', field: 'engine', message })
    onLost(error)
    for (const call of pending.values()) call.reject(error)
    pending.clear()
  }
  const answer = (reply: Exclude<Reply, { kind: 'notice' | 'alive' }>): void => {
    const call = pending.get(reply.job)
    if (call === undefined) return
    if (reply.kind === 'report') {
      call.onReport?.(reply.report as never)
      return
    }
    pending.delete(reply.job)
    if (reply.kind === 'done') call.resolve(reply.result as never)
    else call.reject(new EngineError(reply.failure))
  }
  const start = (): Worker => {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' })
    started.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.kind === 'notice') onNotice(data.message)
      else if (data.kind === 'alive') void navigator.locks.request(data.lock, () => lose(started, ''))
      else answer(data)
    }
    started.onmessageerror = () => lose(started, 'it sent what cannot be read')
    // A worker that cannot start, or threw what nobody caught, is not to be trusted with more.
    started.onerror = (event) => {
      event.preventDefault()
      lose(started, event.message ?? '')
    }
    return started
  }
  return {
    call(name, model, input, { onReport, signal } = {}) {
      const job = ++jobs
      const report: typeof onReport = (news) => {
        if (!signal?.aborted) onReport?.(news)
      }
      worker ??= start()
      const asked = worker
      const send = (request: Request): void => asked.postMessage(request)
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
