import { FastFlowError, type Feeds, type RunResult, type Tensor } from '@fastflow/core'
import { layOutFeeds, packFeeds, unpackOutputs } from '@fastflow/core/backend'
import { createGpuVectors, type GpuVectors } from './gpu-vectors.ts'
import { ended, type Line, type LoadListeners, nextCall, openLine } from './line.ts'
import type { LoadRequest, ModelInfo, RunRequest, StartRequest } from './protocol.ts'

/** One worker with a started runtime and the models loaded in it: the caller's side of `worker.ts`. */
export interface Host {
  /** What networks run on, in words. */
  readonly reason: string
  /** Vectors on the graphics card; undefined where networks run elsewhere. */
  readonly vectors: GpuVectors | undefined
  /** True once nothing runs here any more. */
  readonly broken: () => boolean
  /** Ends early with what `onProgress` throws. @throws FastFlowError whatever the load met. */
  load(request: Omit<LoadRequest, 'kind' | 'session'>, listeners: LoadListeners): Promise<LoadedModel>
  terminate(): void
}

/** A model in a worker. */
export interface LoadedModel {
  readonly info: ModelInfo
  /** Copies the feeds before it returns. */
  run(feeds: Feeds, request: CallRequest): Promise<RunResult>
  release(): Promise<void>
}

export interface CallRequest {
  readonly fetches: readonly string[]
  readonly into: Readonly<Record<string, Tensor>>
  readonly resident?: NonNullable<RunRequest['resident']>
}

/** Why a worker does not run networks, in words. */
export class StartFailure extends Error {}

/** Buffers of one call; they travel to the worker and back. */
interface Buffers {
  input: ArrayBuffer
  output: ArrayBuffer
}

/**
 * Starts a worker and a runtime in it.
 *
 * @param timeout milliseconds that starting may take once the runtime is there; waits for ever where it is infinite.
 * @throws StartFailure when networks cannot be run this way.
 */
export async function startHost(create: () => Worker, request: StartRequest, timeout: number): Promise<Host> {
  const worker = createWorker(create)
  const line = openLine(worker)
  const terminate = (): void => {
    worker.terminate()
    line.fail('was ended')
  }
  const started = line.answer('start', 'onnxruntime-web')
  const late = `it did not start within ${timeout / 1000} s of its download, and no error was raised; an extension or a content security policy may keep its workers from starting`
  let timer: ReturnType<typeof setTimeout> | undefined
  line.onDownloaded = () => {
    if (Number.isFinite(timeout)) timer ??= setTimeout(() => line.fail(late), timeout)
  }
  line.post(request)
  const reply = await started
    .catch((error: unknown) => {
      terminate()
      const reason = line.down() === late ? late : error instanceof Error ? error.message : String(error)
      throw new StartFailure(reason)
    })
    .finally(() => clearTimeout(timer))
  if (reply.kind !== 'started') {
    terminate()
    throw new StartFailure(reply.kind === 'start-failed' ? reply.reason : 'the worker does not answer')
  }
  let sessions = 0
  return {
    reason: reply.reason,
    vectors: request.attempt.executionProvider === 'webgpu' ? createGpuVectors(line) : undefined,
    broken: () => line.down() !== undefined,
    load: (model, listeners) => load(line, sessions++, model, listeners),
    terminate,
  }
}

function createWorker(create: () => Worker): Worker {
  try {
    return create()
  } catch (error) {
    throw new StartFailure(`the worker cannot be started (${error instanceof Error ? error.message : error})`)
  }
}

async function load(
  line: Line,
  session: number,
  model: Omit<LoadRequest, 'kind' | 'session'>,
  listeners: LoadListeners,
): Promise<LoadedModel> {
  const { file } = model
  const answer = line.answer(`load ${session}`, file)
  let thrown: { readonly error: unknown } | undefined
  line.listeners.set(session, {
    onNotice: listeners.onNotice,
    onProgress(progress) {
      if (thrown !== undefined) return
      try {
        listeners.onProgress(progress)
      } catch (error) {
        thrown = { error }
      }
      if (thrown !== undefined) line.post({ kind: 'cancel', session })
    },
  })
  line.post({ kind: 'load', session, ...model })
  const reply = await answer.finally(() => line.listeners.delete(session))
  if (reply.kind === 'loaded') {
    const loaded = { info: reply.info, ...createCalls(line, session, file) }
    if (thrown === undefined) return loaded
    await loaded.release()
  }
  if (thrown !== undefined) throw thrown.error
  throw new FastFlowError(reply.kind === 'load-failed' ? reply.failure : ended(file, 'gave no answer'))
}

function createCalls(line: Line, session: number, file: string): Omit<LoadedModel, 'info'> {
  const free: Buffers[] = []

  return {
    async run(feeds, { fetches, into, resident }) {
      const buffers = free.pop() ?? { input: new ArrayBuffer(0), output: new ArrayBuffer(0) }
      const { size, packed } = layOutFeeds(feeds)
      if (size > buffers.input.byteLength) buffers.input = new ArrayBuffer(size)
      packFeeds(buffers.input, packed, feeds)
      const call = nextCall()
      const answer = line.answer(`call ${call}`, file)
      const { input, output } = buffers
      const names = { feeds: packed, fetches, ...(resident && { resident }) }
      if (line.down() === undefined)
        line.post({ kind: 'run', session, call, input, output, ...names }, [input, output])
      const reply = await answer
      if (reply.kind !== 'ran' && reply.kind !== 'run-failed') throw ended(file, 'gave another answer')
      free.push(reply)
      if (reply.kind === 'ran')
        return { outputs: unpackOutputs(reply.output, reply.outputs, into), timing: { ms: reply.ms } }
      const message = `${file} failed while running: ${reply.message}`
      throw new FastFlowError({ code: 'model-failed', field: file, message })
    },
    async release() {
      if (line.down() !== undefined) return
      const answer = line.answer(`release ${session}`, file).catch(() => {})
      line.post({ kind: 'release', session })
      await answer
    },
  }
}
