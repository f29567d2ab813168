import { FastFlowError } from '@fastflow/core'
import type { Failure, Reply, Request } from './protocol.ts'
import { createSession } from './session.ts'

const session = createSession((message) => reply({ kind: 'notice', message }))
const running = new Map<number, AbortController>()

const lock = `fastflow-engine-${crypto.randomUUID()}`
void navigator.locks?.request(lock, () => {
  reply({ kind: 'alive', lock })
  return new Promise(() => {})
})

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.name === 'cancel') running.get(data.job)?.abort()
  else void serve(data)
}

async function serve({ job, name, model, input }: Exclude<Request, { name: 'cancel' }>): Promise<void> {
  const controller = new AbortController()
  running.set(job, controller)
  try {
    const report = (report: unknown): void => reply({ job, kind: 'report', report })
    const result = await session[name](input as never, { model, report, signal: controller.signal })
    reply({ job, kind: 'done', result })
  } catch (error) {
    reply({ job, kind: 'failed', failure: failureOf(error) })
  } finally {
    running.delete(job)
  }
}

function reply(message: Reply): void {
  self.postMessage(message)
}

function failureOf(error: unknown): Failure {
  if (FastFlowError.isInstance(error)) {
    const { code, field, message } = error
    return { code, field, message }
  }
  return { code: 'unexpected', field: '', message: error instanceof Error ? error.message : String(error) }
}
