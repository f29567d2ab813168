import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { after } from './deadline.ts'
import { guardExit } from './exit-guard.ts'
import { messageOf } from './failure.ts'
import type { End, Link } from './link.ts'
import type { Request } from './protocol.ts'

/**
 * Loading a model, onnxruntime 1.30 reads the command line of the process by a recursion as deep as that is long: a prompt of
 * 20,000 characters there overflows the 4 MB that threads have otherwise. Only what is used of it costs memory.
 */
const stackSizeMb = 64

/** Two, so that the worker finds the next call waiting while the last answer is being read. */
const slots = 2

export function workerPath(): string {
  return createRequire(import.meta.url).resolve('@fastflow/backend-node/worker')
}

/**
 * Starts a worker thread. Nothing ends a thread inside native code, `terminate` neither: what does not end is given up,
 * and the process may exit without it.
 *
 * @param closeSeconds how long `close` waits for the thread to end.
 */
export function threadLink(path: string, closeSeconds: number): Link {
  // The flags of the process (--input-type, --cpu-prof, ...) are not meant for this thread.
  const worker = new Worker(path, { execArgv: [], resourceLimits: { stackSizeMb } })
  let alive = true
  let tellEnd: (end: End) => void
  const ended = new Promise<End>((resolve) => {
    tellEnd = resolve
  })
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      alive = false
      guardExit(worker, false)
      tellEnd({ why: `exit code ${code}` })
      resolve()
    })
  })
  worker.on('error', (error) => tellEnd({ why: messageOf(error) }))
  worker.on('messageerror', (error) => tellEnd({ why: error.message }))
  guardExit(worker, true)

  function hold(held: boolean): void {
    if (!alive) return
    guardExit(worker, held)
    if (held) worker.ref()
    else worker.unref()
  }

  function kill(): void {
    if (!alive) return
    alive = false
    tellEnd({ why: 'it was given up' })
    guardExit(worker, true)
    void worker.terminate()
    // `terminate` holds the process.
    worker.unref()
  }

  return {
    slots,
    post: (request) => worker.postMessage(request),
    onReply: (listener) => worker.on('message', listener),
    ended,
    hold,
    kill,
    async close() {
      if (!alive) return
      hold(true)
      worker.postMessage({ kind: 'dispose' } satisfies Request)
      await new Promise<void>((resolve) => {
        const callOff = after(closeSeconds, () => {
          kill()
          resolve()
        })
        void exited.then(callOff).then(resolve)
      })
    },
  }
}
