import { parentPort } from 'node:worker_threads'
import { messageOf, WorkerFailure } from './failure.ts'
import type { LoadRequest, Reply, Request, RunRequest } from './protocol.ts'
import { readModel } from './read-model.ts'
import { loadRuntime } from './runtime.ts'
import { createSession, type Session } from './session.ts'

// The worker's side of `lane.ts`: requests are served one after another, in the order they came.

const port = parentPort
if (port === null) throw new Error('this file runs as a worker of @fastflow/backend-node only')

let session: Session | undefined
let served: Promise<void> = Promise.resolve()
port.on('message', (request: Request) => {
  served = served.then(() => serve(request))
})

async function serve(request: Request): Promise<void> {
  if (request.kind === 'load') reply(await load(request))
  else if (request.kind === 'run') reply(await run(request))
  else {
    await session?.release()
    port?.close()
  }
}

function reply(message: Reply): void {
  port?.postMessage(message)
}

async function load(request: LoadRequest): Promise<Reply> {
  try {
    const runtime = loadRuntime()
    const model = await readModel(request.source, request.file, (progress) =>
      reply({ kind: 'progress', progress }),
    )
    session = await createSession(runtime, model, request)
    const { inputs, outputs } = session
    return { kind: 'loaded', info: { inputs, outputs, digest: model.digest } }
  } catch (error) {
    // Anything else is a bug, and ends the worker with its stack.
    if (!(error instanceof WorkerFailure)) throw error
    return { kind: 'load-failed', failure: error.failure }
  }
}

async function run(request: RunRequest): Promise<Reply> {
  try {
    if (session === undefined) throw new Error('the model is not loaded')
    return await session.run(request)
  } catch (error) {
    return { kind: 'run-failed', slot: request.slot, message: messageOf(error) }
  }
}
