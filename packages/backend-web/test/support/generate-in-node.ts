import { fileURLToPath } from 'node:url'
import { type Generation, generate } from './generate.ts'

const models = fileURLToPath(new URL('../../../../models/', import.meta.url))

/** Runs in the process that serves the tests. */
export async function generateInNode(_: unknown, model: string, generation: Generation): Promise<number[]> {
  // Not at the top: the configuration of the tests, which this is part of, has to load before anything is built.
  const { nodeBackend } = await import('@fastflow/backend-node')
  const { loadPipeline } = await import('@fastflow/pipelines')
  const pipe = await loadPipeline(`${models}${model}`, { backend: nodeBackend() })
  try {
    return await generate(pipe, generation)
  } finally {
    await pipe.dispose()
  }
}
