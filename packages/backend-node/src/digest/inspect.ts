import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FastFlowError } from '@fastflow/core'
import { WorkerFailure } from '../failure.ts'
import { areUnchanged, type KnownDigest, sizeOf } from '../file-stamp.ts'
import type { InspectReply, InspectRequest, Reply } from '../protocol.ts'
import { readModel } from '../read-model.ts'
import { threadLink, workerPath } from '../thread-link.ts'
import type { DigestMemory } from './digest-memory.ts'
import { externalBytes, inspectModel } from './inspect-model.ts'

/** A model of fewer bytes is read and hashed in a few milliseconds; a thread takes a hundred to start. */
const smallBytes = 2 ** 20

/** Nothing native runs in a thread that inspects: it ends at once. */
const closeSeconds = 10

/** The digest that a runner of the model would have. @throws FastFlowError as loading it. */
export async function digestOfModel(source: string, file: string, memory: DigestMemory): Promise<string> {
  const known = await stillKnown(source, memory)
  if (known !== undefined) return known.digest
  const request = { kind: 'digest', source, file } as const
  const { digest, files } = await inspect(request, (reply) =>
    reply.kind === 'digested' ? reply.digested : undefined,
  )
  if (files !== undefined) await memory.remember(source, { digest, files })
  return digest
}

/** Bytes of the model with its external data. @throws FastFlowError as loading it. */
export async function sizeOfModel(source: string, file: string, memory: DigestMemory): Promise<number> {
  const known = await stillKnown(source, memory)
  if (known !== undefined) return sizeOf(known.files)
  return inspect({ kind: 'size', source, file }, (reply) =>
    reply.kind === 'measured' ? reply.bytes : undefined,
  )
}

async function stillKnown(source: string, memory: DigestMemory): Promise<KnownDigest | undefined> {
  const known = await memory.recall(source)
  return known !== undefined && (await areUnchanged(dirname(source), known.files)) ? known : undefined
}

async function inspect<Answer>(
  request: InspectRequest,
  answerIn: (reply: Reply) => Answer | undefined,
): Promise<Answer> {
  const reply = await inspectSmall(request)
  return (reply && answerIn(reply)) ?? inspectAside(request, answerIn)
}

/** Reads a small model here; undefined for another. */
async function inspectSmall(request: InspectRequest): Promise<InspectReply | undefined> {
  const size = await stat(request.source).then(
    ({ size }) => size,
    () => 0,
  )
  if (size >= smallBytes) return undefined
  try {
    const model = await readModel(request.source, request.file, () => {})
    return externalBytes(model) < smallBytes ? await inspectModel(request, model) : undefined
  } catch (error) {
    throw error instanceof WorkerFailure ? new FastFlowError(error.failure) : error
  }
}

/** Reads a model in a worker thread of its own, so that the event loop stays free. */
async function inspectAside<Answer>(
  request: InspectRequest,
  answerIn: (reply: Reply) => Answer | undefined,
): Promise<Answer> {
  const link = threadLink(workerPath(), closeSeconds)
  try {
    return await new Promise((resolve, reject) => {
      void link.ended.then(({ why }) => reject(gone(request.file, why)))
      link.onReply((reply) => {
        const answer = answerIn(reply)
        if (answer !== undefined) resolve(answer)
        else if (reply.kind === 'load-failed') reject(new FastFlowError(reply.failure))
      })
      link.post(request)
    })
  } finally {
    await link.close()
  }
}

function gone(file: string, why: string): FastFlowError {
  const message = `${file}: the worker thread that read it ended (${why}); try again`
  return new FastFlowError({ code: 'model-failed', field: file, message })
}
