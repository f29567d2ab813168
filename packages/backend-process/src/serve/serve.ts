import { FastFlowError, type Feeds, type LoadOptions, type ModelRunner } from '@fastflow/core'
import { layOut, pack, unpack } from '@fastflow/core/backend'
import type { Numbered, WorkerFailureCode, WorkerReply, WorkerRequest } from '../messages/protocol.ts'
import { protocolVersion } from '../messages/protocol.ts'
import { createFrameReader, writeFrame } from '../stream/frames.ts'
import { takeOutput } from './own-output.ts'
import { readRequest } from './read-request.ts'

/** A folder that a worker serves. Paths are relative, with `/`. */
export interface ServedFolder {
  /** Paths under which networks are loaded, such as `transformer/model.onnx`. */
  readonly networks: readonly string[]
  /** Paths of files that may be read. */
  readonly files: readonly string[]
  read(file: string): Promise<Uint8Array>
  load(network: string, options: Pick<LoadOptions, 'threads' | 'onProgress'>): Promise<ModelRunner>
}

export interface Served {
  /** What networks run on, such as `torch/cuda`. */
  readonly name: string
  /** @throws FastFlowError `model-not-found` where there is no such folder. */
  open(location: string): Promise<ServedFolder>
}

/** Codes that are not for the parent to see as its own. */
const internal: readonly string[] = ['aborted', 'runner-disposed', 'output-unwritable', 'non-finite-velocity']

const nothing = new Uint8Array(0)

/**
 * Makes this process a worker of `processBackend`: answers what comes over standard input, one question after the other, until that is
 * closed, and ends. Standard output belongs to it from then on.
 */
export function serveNetworks(served: Served): void {
  const output = takeOutput()
  const runners = new Map<string, ModelRunner>()
  let folder: ServedFolder | undefined
  // Both are free again once the next question has come: it comes after the answer to the last.
  let input = new ArrayBuffer(0)
  let outputMemory = new ArrayBuffer(0)
  let turn: Promise<void> = Promise.resolve()
  /** Of the question that is being answered. */
  let id = 0

  function answer(reply: WorkerReply, payload: Uint8Array = nothing): void {
    writeFrame(output, { id, ...reply }, payload)
  }

  function opened(): ServedFolder {
    if (folder !== undefined) return folder
    throw new FastFlowError({ code: 'invalid-argument', field: 'open', message: 'open: comes first' })
  }

  function runnerOf(network: string): ModelRunner {
    const runner = runners.get(network)
    if (runner !== undefined) return runner
    throw new FastFlowError({ code: 'model-failed', field: network, message: `${network} is not loaded` })
  }

  async function serve(request: Numbered<WorkerRequest>): Promise<void> {
    id = request.id
    if (request.kind === 'open') {
      folder = await served.open(request.location)
      const { networks, files } = folder
      answer({ kind: 'opened', version: protocolVersion, name: served.name, networks, files })
    } else if (request.kind === 'read') {
      answer({ kind: 'file' }, await opened().read(request.file))
    } else if (request.kind === 'load') {
      const { network, threads } = request
      const runner = await opened().load(network, {
        ...(threads !== undefined && { threads }),
        onProgress: ({ name: _, ...progress }) => {
          if (progress.status !== 'ready') answer({ kind: 'progress', progress })
        },
      })
      await runners.get(network)?.dispose()
      runners.set(network, runner)
      const { inputs, outputs, digest } = runner
      answer({ kind: 'loaded', info: { inputs, outputs, digest } })
    } else if (request.kind === 'release') {
      await runners.get(request.network)?.dispose()
      runners.delete(request.network)
      answer({ kind: 'released' })
    } else await run(request)
  }

  async function run({
    network,
    feeds,
    fetches,
  }: Extract<WorkerRequest, { readonly kind: 'run' }>): Promise<void> {
    const tensors: Feeds = Object.fromEntries(
      feeds.map((place) => [place.name, { type: place.type, dims: place.dims, data: unpack(input, place) }]),
    )
    const { outputs, timing } = await runnerOf(network).run(tensors, { fetches })
    const { size, packed } = layOut(
      fetches.map((name) => ({ name, type: outputs[name]!.type, dims: outputs[name]!.dims })),
    )
    if (size > outputMemory.byteLength) outputMemory = new ArrayBuffer(size)
    for (const place of packed) pack(outputMemory, place, outputs[place.name]!.data)
    answer({ kind: 'ran', outputs: packed, ms: timing.ms }, new Uint8Array(outputMemory, 0, size))
  }

  const reader = createFrameReader({
    maxHeaderBytes: 2 ** 22,
    maxPayloadBytes: Infinity,
    payloadFor(header, bytes) {
      readRequest(header, bytes)
      if (bytes > input.byteLength) input = new ArrayBuffer(bytes)
      return new Uint8Array(input)
    },
    onFrame(header, payload) {
      const request = readRequest(header, payload.length)
      turn = turn.then(() => serve(request)).catch((error: unknown) => answer(failureOf(error)))
    },
  })

  const end = (): never => process.exit()
  process.stdin.on('data', (chunk: Uint8Array) => reader.push(chunk))
  process.stdin.on('close', end)
  process.stdout.on('error', end)
}

function failureOf(error: unknown): WorkerReply {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ')
  const known = FastFlowError.isInstance(error) && !internal.includes(error.code)
  const { code, field } = known ? error : { code: 'model-failed', field: 'worker' }
  return { kind: 'failed', failure: { code: code as WorkerFailureCode, field, message } }
}
