import type { ExecutionSupport } from '@fastflow/backend-web'
import type { Pipeline } from '@fastflow/pipelines'
import type { ModelAbout } from './protocol.ts'

export async function aboutOf(pipe: Pipeline, support: ExecutionSupport): Promise<ModelAbout> {
  const { model: name, task, labels, size, defaults, digest, executionProvider } = pipe
  const prompts = task === 'class-to-image' ? [] : await pipe.subjects().catch(() => [])
  const kind = support.chosen.executionProvider
  const runtime = { kind, name: nameOf(support), reason: reasonOf(support) }
  const environment = environmentOf(support)
  return { name, task, labels, size, defaults, digest, executionProvider, environment, runtime, prompts }
}

function nameOf({ chosen: { executionProvider, threads } }: ExecutionSupport): string {
  if (executionProvider === 'webgpu') return 'WebGPU'
  return threads === 1 ? 'WebAssembly, one thread' : `WebAssembly, ${threads} threads`
}

/** What it runs on, and why nothing faster. */
function reasonOf({ chosen, tried }: ExecutionSupport): string {
  const others = tried.filter(({ works }) => !works).map(({ reason }) => reason)
  return [`Networks run on ${chosen.reason}`, ...others].map((line) => `${line}.`).join(' ')
}

function environmentOf({ chosen }: ExecutionSupport): ModelAbout['environment'] {
  return { browser: navigator.userAgent, threads: chosen.threads }
}
