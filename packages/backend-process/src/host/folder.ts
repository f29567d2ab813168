import {
  FastFlowError,
  invalidArgument,
  type LoadOptions,
  type ModelFolder,
  type ModelRunner,
} from '@fastflow/core'
import { checkLoadOptions, shown, staysInside, throwIfAborted } from '@fastflow/core/backend'
import { watchSignal } from '../stream/watch-signal.ts'
import type { Host } from './host.ts'
import { networkOf } from './network.ts'

/** Names shown when something is missing: enough to see the mistake, short enough for one line. */
const listed = 20

/** A folder as its worker serves it. */
export async function openServed(host: Host, location: string): Promise<ModelFolder> {
  const { name, networks, files } = await host.open()
  const readable = new Set(files)
  const known = new Set([...networks, ...files])

  function check(path: string): void {
    if (typeof path === 'string' && staysInside(path)) return
    throw invalidArgument('path', `${shown(path)} leaves the model folder ${location}`)
  }

  function existing(path: string, among: ReadonlySet<string>): void {
    check(path)
    if (among.has(path)) return
    const some = [...among].sort()
    const more = some.length > listed ? ` and ${some.length - listed} more` : ''
    const message = `${location} has no ${path}; its worker serves ${some.slice(0, listed).join(', ') || 'nothing'}${more}`
    throw new FastFlowError({ code: 'model-not-found', field: path, message })
  }

  async function load(path: string, { threads, onProgress, signal }: LoadOptions): Promise<ModelRunner> {
    const look = (): void => throwIfAborted(signal, `loading ${String(path)}`)
    look()
    existing(path, known)
    const report = (progress: Omit<Parameters<NonNullable<typeof onProgress>>[0], 'name'>): void => {
      look()
      onProgress?.({ name: location, ...progress })
    }
    const watch = watchSignal(signal, `loading ${path}`)
    const wanted = { threads, onProgress: report, signal: watch.signal }
    const info = await host.load(path, wanted).finally(watch.stop)
    const runner = networkOf(host, path, info, name)
    try {
      report({ status: 'ready', file: path })
      look()
    } catch (error) {
      await runner.dispose()
      throw error
    }
    return runner
  }

  return {
    location,
    has: async (path) => {
      check(path)
      return known.has(path)
    },
    read: async (path) => {
      existing(path, readable)
      return host.read(path)
    },
    load: async (path, options = {}) => {
      checkLoadOptions(options)
      return load(path, options)
    },
  }
}
