import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { fixtures } from '@fastflow/testkit'
import OpenAI from 'openai'
import { createServer, type FastFlowServer, type ServerOptions } from '../../src/index.ts'

const backend = nodeBackend({ threads: 1 })

/** One of the tiny models, loaded anew. */
export function tiny(name: 'words' | 'words-edit' | 'words-motion'): Promise<Pipeline> {
  return loadPipeline(fileURLToPath(new URL(`models/${name}/`, fixtures)), { backend })
}

export interface Serving extends AsyncDisposable {
  readonly server: FastFlowServer
  readonly base: string
  readonly client: OpenAI
}

/** A server on a free port of this machine, and the official client of it. */
export async function serving(options: ServerOptions, key = 'none'): Promise<Serving> {
  const server = await createServer(options)
  const base = await server.listen({ port: 0 })
  await server.ready()
  const client = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: 0 })
  return { server, base, client, [Symbol.asyncDispose]: () => server.close(0) }
}
