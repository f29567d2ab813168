import { parentPort, workerData } from 'node:worker_threads'
import { digestOf } from './digest/hash-model.ts'
import { inspectModel } from './digest/inspect-model.ts'
import type { ExecutionProviderConfig } from './execution/providers.ts'
import { messageOf, WorkerFailure } from './failure.ts'
import { type NativeGate, throughGate } from './native-gate.ts'
import { type NativeTurn, turnsOf } from './native-turn.ts'
import { atOnce, needsTurns } from './probe/choose.ts'
import { probe } from './probe/probe.ts'
import type { InspectRequest, LoadRequest, ProbeRequest, Reply, Request, RunRequest } from './protocol.ts'
import { type OnProgress, readModel } from './read-model.ts'
import { loadRuntime, type Runtime } from './runtime.ts'
import { createSession, type Session } from './session.ts'

// The worker's side of `lane.ts`: requests are served one after another, in the order they came.

const port = parentPort
if (port === null) throw new Error('this file runs as a worker of @fastflow/backend-node only')

const { gate, turn } = workerData as { readonly gate: NativeGate; readonly turn: NativeTurn }
const takeTurn = turnsOf(turn, gate)
let session: Session | undefined
let served: Promise<void> = Promise.resolve()
port.on('message', (request: Request) => {
  served = served.then(() => serve(request))
})

async function serve(request: Request): Promise<void> {
  if (request.kind === 'load') reply(await load(request))
  else if (request.kind === 'run') reply(await run(request))
  else if (request.kind === 'probe') reply(await tryOut(request))
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
    const network = await throughGate(gate, () => createSession(runtime, model, request, takeTurn))
    session = network
    const { inputs, outputs, execution } = network
    return { kind: 'loaded', info: { inputs, outputs, execution, ...digested } }
  } catch (error) {
    return loadFailed(error)
  }
}

async function tryOut({ provider }: ProbeRequest): Promise<Reply> {
  try {
    const runtime = await throughGate(gate, async () => loadRuntime())
    const turns = needsTurns(provider) ? takeTurn : atOnce
    return await throughGate(gate, () => turns(() => answerOf(runtime, provider)))
  } catch (error) {
    return loadFailed(error)
  }
}

async function answerOf(runtime: Runtime, provider: ExecutionProviderConfig): Promise<Reply> {
  try {
    await probe(runtime, provider)
    return {
      kind: 'probed',
      works: true,
      reason: `onnxruntime-node ${runtime.env.versions?.node} ran a small network on it`,
    }
  } catch (error) {
    return { kind: 'probed', works: false, reason: messageOf(error) }
  }
}

async function inspect(request: InspectRequest): Promise<Reply> {
  try {
    return await inspectModel(request, await readModel(request.source, request.file, () => {}))
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
