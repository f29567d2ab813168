import { createRequire } from 'node:module'
import { isAbsolute } from 'node:path'
import { Worker } from 'node:worker_threads'
import { after } from '@fastflow/backend-process/channel'
import { FastFlowError } from '@fastflow/core'
import { guardExit } from './exit-guard.ts'
import { messageOf } from './failure.ts'
import type { End, Link } from './link.ts'
import { closeGate, openGate } from './native-gate.ts'
import { sharedTurn } from './native-turn.ts'
import type { Request } from './protocol.ts'
import { keepTelemetryOff } from './telemetry.ts'

/**
 * Loading a model, onnxruntime 1.30 reads the command line of the process by a recursion as deep as that is long: a prompt of
 * 20,000 characters there overflows the 4 MB that threads have otherwise. Only what is used of it costs memory.
 */
const stackSizeMb = 64

/** Two, so that the worker finds the next call waiting while the last answer is being read. */
const slots = 2

/**
 * The file of the worker. Bundlers cannot follow it: they leave a module's number, or nothing, in its place.
 *
 * @throws FastFlowError `unsupported` saying how to leave this package out of a bundle.
 */
export function workerPath(
  resolve: (id: string) => unknown = createRequire(import.meta.url).resolve,
): string {
  let path: unknown
  try {
    path = resolve('@fastflow/backend-node/worker')
  } catch {
    // Said below.
  }
  if (typeof path === 'string' && isAbsolute(path)) return path
  const fix =
    "leave it out of the bundle and install it beside: --external:@fastflow/backend-node with esbuild, externals with webpack and Rollup, serverExternalPackages: ['@fastflow/backend-node'] in Next.js"
  const message = `worker: the file of the worker of @fastflow/backend-node is not found, as where it was bundled; ${fix}`
  throw new FastFlowError({ code: 'unsupported', field: 'worker', message })
}

/**
 * Starts a worker thread. Nothing ends a thread inside native code, `terminate` neither: what does not end is given up,
 * and the process may exit without it.
 *
 * @param closeSeconds how long `close` waits for the thread to end.
 */
export function threadLink(path: string, closeSeconds: number): Link {
  keepTelemetryOff()
  const gate = openGate()
  const workerData = { gate, turn: sharedTurn() }
  // The flags of the process (--input-type, --cpu-prof, ...) are not meant for this thread.
  const worker = new Worker(path, { execArgv: [], resourceLimits: { stackSizeMb }, workerData })
  let alive = true
  let tellEnd: (end: End) => void
  const ended = new Promise<End>((resolve) => {
    tellEnd = resolve
  })
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      alive = false
      guardExit(worker, gate, false)
      tellEnd({ why: `exit code ${code}` })
      resolve()
    })
  })
  worker.on('error', (error) => tellEnd({ why: messageOf(error) }))
  worker.on('messageerror', (error) => tellEnd({ why: error.message }))
  guardExit(worker, gate, true)

  function hold(held: boolean): void {
    if (!alive) return
    guardExit(worker, gate, held)
    if (held) worker.ref()
    else worker.unref()
  }

  function kill(): void {
    if (!alive) return
    alive = false
    tellEnd({ why: 'it was given up' })
    guardExit(worker, gate, true)
    if (!closeGate(gate)) void worker.terminate()
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
