import type { Reply, Request } from '../../src/protocol.ts'

/** A worker whose messages are noted on their way. */
export interface Overheard {
  readonly create: () => Worker
  /** What it was asked, in order. */
  readonly requests: Request[]
  /** What it answered. */
  readonly replies: Reply[]
  onRequest?: ((request: Request) => void) | undefined
}

export function overheardWorker(): Overheard {
  const requests: Request[] = []
  const replies: Reply[] = []
  const create = (): Worker => {
    const worker = new Worker(new URL('../../src/worker.ts', import.meta.url), { type: 'module' })
    const post = worker.postMessage.bind(worker)
    worker.postMessage = (message: Request, transfer?: unknown) => {
      requests.push(message)
      heard.onRequest?.(message)
      post(message, transfer as Transferable[])
    }
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => replies.push(data))
    return worker
  }
  const heard: Overheard = { create, requests, replies }
  return heard
}
