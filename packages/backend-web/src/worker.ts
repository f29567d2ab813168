import { explain, messageOf, WorkerFailure } from './failure.ts'
import type {
  LoadRequest,
  ReadRequest,
  ReduceRequest,
  Reply,
  Request,
  RunRequest,
  StartRequest,
  VectorRequest,
} from './protocol.ts'
import { readModel } from './worker/read-model.ts'
import { type StartedRuntime, startRuntime } from './worker/runtime.ts'
import { createSession, type Session } from './worker/session.ts'
import { createVectors, type Vectors } from './worker/vectors.ts'

// The worker's side of `host.ts`. Everything that touches onnxruntime is served one after another, in the order it came,
// whatever model it belongs to: runs side by side corrupt its memory.

const port = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Request>) => void) | null
  postMessage(message: Reply, transfer?: Transferable[]): void
}

let started: Promise<StartedRuntime> | undefined
let served: Promise<void> = Promise.resolve()
const sessions = new Map<number, Session>()
let vectors: Vectors | undefined
const loading = new Map<number, AbortController>()

port.onmessage = ({ data: request }) => {
  if (request.kind === 'start') started = start(request)
  else if (request.kind === 'load') load(request)
  else if (request.kind === 'cancel') loading.get(request.session)?.abort()
  else if (request.kind === 'run') serve(() => run(request))
  else if (request.kind === 'release') serve(() => release(request.session))
  else serve(() => compute(request))
}

/** Queues work that touches onnxruntime. */
function serve(work: () => Promise<void>): Promise<void> {
  served = served.then(work)
  return served
}

function reply(message: Reply, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer)
}

async function start({ attempt, runtime }: StartRequest): Promise<StartedRuntime> {
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(({ name }) => new URL(name).pathname.endsWith('.wasm')))
      reply({ kind: 'downloaded' })
  })
  observer.observe({ type: 'resource' })
  try {
    const result = await startRuntime(attempt, runtime)
    const { device, reason } = result
    if (device !== undefined) {
      vectors = createVectors(device)
      watchDevice(device)
    }
    reply({ kind: 'started', reason })
    return result
  } catch (error) {
    reply({ kind: 'start-failed', reason: messageOf(error) })
    // The page ends this worker now.
    return new Promise(() => {})
  } finally {
    observer.disconnect()
  }
}

async function watchDevice(device: GPUDevice): Promise<void> {
  const { message, reason } = await device.lost
  if (reason !== 'destroyed') reply({ kind: 'broken', reason: `the graphics device was lost (${message})` })
}

async function load(request: LoadRequest): Promise<void> {
  const { session, file } = request
  const controller = new AbortController()
  loading.set(session, controller)
  try {
    // Downloads do not wait for runs of other models.
    const model = await readModel(request, {
      cache: request.cache,
      signal: controller.signal,
      onProgress: (progress) => reply({ kind: 'progress', session, progress }),
      onNotice: (notice) => reply({ kind: 'notice', session, notice }),
    })
    await serve(async () => {
      try {
        if (started === undefined) throw new Error('the runtime was not started')
        const created = await createSession(await started, model, file).catch(async (error: unknown) => {
          // Memory that ran out, or an operator there is not, says nothing against the file.
          const damaged = error instanceof WorkerFailure && error.failure.code === 'model-unreadable'
          if (damaged) await model.discard()
          throw error
        })
        await model.keep()
        sessions.set(session, created)
        const { inputs, outputs } = created
        reply({ kind: 'loaded', session, info: { inputs, outputs, digest: model.digest } })
      } catch (error) {
        failed(session, file, error)
      }
    })
  } catch (error) {
    failed(session, file, error)
  } finally {
    loading.delete(session)
  }
}

function failed(session: number, file: string, error: unknown): void {
  const { failure } =
    error instanceof WorkerFailure
      ? error
      : new WorkerFailure('model-failed', file, `${file} cannot be loaded: ${explain(error).message}`)
  reply({ kind: 'load-failed', session, failure })
}

async function run(request: RunRequest): Promise<void> {
  const { call, input, output } = request
  try {
    const session = sessions.get(request.session)
    if (session === undefined) throw new Error('the model is not loaded')
    const answer = await session.run(request, vectors)
    reply(answer, [answer.input, answer.output])
  } catch (error) {
    const { message, fatal } = explain(error)
    reply({ kind: 'run-failed', call, input, output, message }, [input, output])
    if (fatal) reply({ kind: 'broken', reason: message })
  }
}

/** Work on vectors: what goes wrong here is a lost device or a bug, and nothing goes on after either. */
async function compute(request: VectorRequest | ReduceRequest | ReadRequest): Promise<void> {
  try {
    if (vectors === undefined) throw new Error('there are no vectors without WebGPU')
    if (request.kind === 'reduce')
      reply({ kind: 'reduced', call: request.call, value: await vectors.reduce(request) })
    else if (request.kind === 'read') {
      const data = await vectors.read(request.vector)
      reply({ kind: 'read', call: request.call, data }, [data.buffer as ArrayBuffer])
    } else vectors.apply(request)
  } catch (error) {
    reply({ kind: 'broken', reason: explain(error).message })
  }
}

async function release(session: number): Promise<void> {
  await sessions
    .get(session)
    ?.release()
    .catch(() => {})
  sessions.delete(session)
  reply({ kind: 'released', session })
}
