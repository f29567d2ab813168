import { explain, messageOf, WorkerFailure } from './failure.ts'
import type { LoadRequest, Reply, Request, RunRequest, StartRequest } from './protocol.ts'
import { readModel } from './worker/read-model.ts'
import { type Runtime, startRuntime } from './worker/runtime.ts'
import { createSession, type Session } from './worker/session.ts'

// The worker's side of `host.ts`. Everything that touches onnxruntime is served one after another, in the order it came,
// whatever model it belongs to: runs side by side corrupt its memory.

const port = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Request>) => void) | null
  postMessage(message: Reply, transfer?: Transferable[]): void
}

let started: Promise<{ ort: Runtime; executionProvider: 'webgpu' | 'wasm' }> | undefined
let served: Promise<void> = Promise.resolve()
const sessions = new Map<number, Session>()
const loading = new Map<number, AbortController>()

port.onmessage = ({ data: request }) => {
  if (request.kind === 'start') started = start(request)
  else if (request.kind === 'load') load(request)
  else if (request.kind === 'cancel') loading.get(request.session)?.abort()
  else if (request.kind === 'run') serve(() => run(request))
  else serve(() => release(request.session))
}

/** Queues work that touches onnxruntime. */
function serve(work: () => Promise<void>): Promise<void> {
  served = served.then(work)
  return served
}

function reply(message: Reply, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer)
}

async function start({ attempt, runtime }: StartRequest): Promise<{
  ort: Runtime
  executionProvider: 'webgpu' | 'wasm'
}> {
  const { executionProvider } = attempt
  try {
    const { ort, reason } = await startRuntime(attempt, runtime)
    if (executionProvider === 'webgpu') watchDevice(ort)
    reply({ kind: 'started', reason })
    return { ort, executionProvider }
  } catch (error) {
    reply({ kind: 'start-failed', reason: messageOf(error) })
    // The page ends this worker now.
    return new Promise(() => {})
  }
}

async function watchDevice(ort: Runtime): Promise<void> {
  const device = (await ort.env.webgpu.device) as GPUDevice
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
        const { ort, executionProvider } = await started
        const created = await createSession(ort, executionProvider, model, file)
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
    const answer = await session.run(request)
    reply(answer, [answer.input, answer.output])
  } catch (error) {
    const { message, fatal } = explain(error)
    reply({ kind: 'run-failed', call, input, output, message }, [input, output])
    if (fatal) reply({ kind: 'broken', reason: message })
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
