import { parentPort, workerData } from 'node:worker_threads'
import { digestOf } from './digest/hash-model.ts'
import { messageOf, WorkerFailure } from './failure.ts'
import { sizeOf } from './file-stamp.ts'
import { type NativeGate, throughGate } from './native-gate.ts'
import type { InspectRequest, LoadRequest, Reply, Request, RunRequest } from './protocol.ts'
import { type OnProgress, readModel } from './read-model.ts'
import { loadRuntime } from './runtime.ts'
import { createSession, type Session } from './session.ts'

// The worker's side of `lane.ts`: requests are served one after another, in the order they came.

const port = parentPort
if (port === null) throw new Error('this file runs as a worker of @fastflow/backend-node only')

const { gate } = workerData as { readonly gate: NativeGate }
let session: Session | undefined
let served: Promise<void> = Promise.resolve()
port.on('message', (request: Request) => {
  served = served.then(() => serve(request))
})

async function serve(request: Request): Promise<void> {
  if (request.kind === 'load') reply(await load(request))
  else if (request.kind === 'run') reply(await run(request))
  else if (request.kind !== 'dispose') reply(await inspect(request))
  else {
    await throughGate(gate, async () => session?.release())
    port?.close()
  }
}

function reply(message: Reply): void {
  port?.postMessage(message)
}

async function load(request: LoadRequest): Promise<Reply> {
  try {
    const runtime = await throughGate(gate, async () => loadRuntime())
    const onProgress: OnProgress = (progress) => reply({ kind: 'progress', progress })
    const model = await readModel(request.source, request.file, onProgress)
    const digested = await digestOf(model, request.known, onProgress)
    const network = await throughGate(gate, () => createSession(runtime, model, request))
    session = network
    const { inputs, outputs } = network
    return { kind: 'loaded', info: { inputs, outputs, ...digested } }
  } catch (error) {
    return loadFailed(error)
  }
}

async function inspect({ kind, source, file }: InspectRequest): Promise<Reply> {
  try {
    const model = await readModel(source, file, () => {})
    if (kind === 'size')
      return {
        kind: 'measured',
        bytes: model.bytes.length + sizeOf(model.external.map(({ stamp }) => stamp)),
      }
    return { kind: 'digested', digested: await digestOf(model, undefined, () => {}) }
  } catch (error) {
    return loadFailed(error)
  }
}

/** Anything but a failure of the model is a bug, and ends the worker with its stack. */
function loadFailed(error: unknown): Reply {
  if (!(error instanceof WorkerFailure)) throw error
  return { kind: 'load-failed', failure: error.failure }
}

async function run(request: RunRequest): Promise<Reply> {
  try {
    const network = session
    if (network === undefined) throw new Error('the model is not loaded')
    return await throughGate(gate, () => network.run(request))
  } catch (error) {
    return { kind: 'run-failed', slot: request.slot, message: messageOf(error) }
  }
}
