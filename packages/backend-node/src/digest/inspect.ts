import { dirname } from 'node:path'
import { FastFlowError } from '@fastflow/core'
import { areUnchanged, type KnownDigest, sizeOf } from '../file-stamp.ts'
import type { InspectRequest, Reply } from '../protocol.ts'
import { threadLink, workerPath } from '../thread-link.ts'
import type { DigestMemory } from './digest-memory.ts'

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

/** Reads a model in a worker thread of its own, so that the event loop stays free. */
async function inspect<Answer>(
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
