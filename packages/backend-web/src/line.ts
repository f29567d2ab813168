import { FastFlowError } from '@fastflow/core'
import type { OnNotice } from './notice.ts'
import type { Progress, Reply, Request } from './protocol.ts'

export interface LoadListeners {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: OnNotice
}

interface Waiting {
  readonly file: string
  resolve(reply: Reply): void
  reject(error: unknown): void
}

/** Everything a worker is asked gets one answer, or fails when the worker ends. */
export interface Line {
  post(message: Request, transfer?: Transferable[]): void
  /** Awaits the answer to `key`. */
  answer(key: string, file: string): Promise<Reply>
  /** Fails everything under way. */
  fail(why: string): void
  /** Called once the runtime has been downloaded. */
  onDownloaded: (() => void) | undefined
  readonly listeners: Map<number, LoadListeners>
  readonly down: () => string | undefined
}

/** Opens the line to a worker that has just been created. */
export function openLine(worker: Worker): Line {
  const waiting = new Map<string, Waiting>()
  const listeners: Line['listeners'] = new Map()
  let down: string | undefined
  const fail = (why: string): void => {
    down ??= why
    for (const { file, reject } of waiting.values()) reject(ended(file, down))
    waiting.clear()
  }
  worker.onerror = (event) => {
    event.preventDefault()
    fail(event.message ? `stopped (${event.message})` : 'could not be loaded; is its file served?')
    worker.terminate()
  }
  worker.onmessageerror = () => fail('sent what cannot be read')
  worker.onmessage = ({ data: reply }: MessageEvent<Reply>) => {
    if (reply.kind === 'progress') listeners.get(reply.session)?.onProgress(reply.progress)
    else if (reply.kind === 'notice') listeners.get(reply.session)?.onNotice(reply.notice)
    else if (reply.kind === 'downloaded') line.onDownloaded?.()
    else if (reply.kind === 'broken') {
      fail(`stopped: ${reply.reason}`)
      worker.terminate()
    } else {
      const key = keyOf(reply)
      const call = waiting.get(key)
      waiting.delete(key)
      call?.resolve(reply)
    }
  }
  const line: Line = {
    onDownloaded: undefined,
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    answer: (key, file) =>
      new Promise((resolve, reject) => {
        if (down === undefined) waiting.set(key, { file, resolve, reject })
        else reject(ended(file, down))
      }),
    fail,
    listeners,
    down: () => down,
  }
  return line
}

function keyOf(reply: Exclude<Reply, { kind: 'progress' | 'notice' | 'broken' | 'downloaded' }>): string {
  if (reply.kind === 'started' || reply.kind === 'start-failed') return 'start'
  if (reply.kind === 'loaded' || reply.kind === 'load-failed') return `load ${reply.session}`
  if (reply.kind === 'released') return `release ${reply.session}`
  return `call ${reply.call}`
}

let calls = 0

/** A name for a question that no other has. */
export function nextCall(): number {
  return calls++
}

/** The error for what a worker can do no more. */
export function ended(file: string, why: string): FastFlowError {
  const message = `${file}: the worker that runs it ${why}; load the model again`
  return new FastFlowError({ code: 'model-failed', field: file, message })
}
