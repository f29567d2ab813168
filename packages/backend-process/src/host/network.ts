import { FastFlowError, type Feeds, type ModelRunner, type RunOptions, type RunResult } from '@fastflow/core'
import { checkCall, layOutFeeds, packFeeds } from '@fastflow/core/backend'
import type { NetworkInfo } from '../messages/protocol.ts'
import type { Host } from './host.ts'

/** A network that a worker has loaded. @param executionProvider what the worker says it runs on. */
export function networkOf(
  host: Host,
  path: string,
  info: NetworkInfo,
  executionProvider: string,
): ModelRunner {
  const running = new Set<Promise<unknown>>()
  /** Memory for the feeds of a call; as many as there were calls at once. */
  const spare: ArrayBuffer[] = []
  let disposal: Promise<void> | undefined

  function start(feeds: Feeds, { fetches, into = {} }: RunOptions): Promise<RunResult> {
    const wanted = [...new Set(fetches ?? info.outputs.map(({ name }) => name))]
    const { size, packed } = layOutFeeds(feeds)
    const kept = spare.pop()
    const memory = kept !== undefined && kept.byteLength >= size ? kept : new ArrayBuffer(size)
    packFeeds(memory, packed, feeds)
    const payload = new Uint8Array(memory, 0, size)
    const call = host.run(path, info, { feeds: packed, payload, fetches: wanted, into })
    return call.finally(() => spare.push(memory))
  }

  async function finish(): Promise<void> {
    await Promise.allSettled(running)
    await host.release(path)
  }

  return {
    version: 1,
    executionProvider,
    inputs: info.inputs,
    outputs: info.outputs,
    digest: info.digest,
    run: async (feeds, options = {}) => {
      if (disposal !== undefined) throw disposed(path)
      checkCall(info.inputs, info.outputs, feeds, options)
      const call = start(feeds, options)
      running.add(call)
      try {
        return await call
      } finally {
        running.delete(call)
      }
    },
    dispose: () => {
      disposal ??= finish()
      return disposal
    },
  }
}

function disposed(path: string): FastFlowError {
  const message = `${path}: run was called after dispose; load the network again`
  return new FastFlowError({ code: 'runner-disposed', field: path, message })
}
