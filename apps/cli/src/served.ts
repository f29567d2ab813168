import { basename, join, resolve } from 'node:path'
import { type BlobStore, invalidArgument, type PolicyStore } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { type ApiKey, folderBlobs, memoryBlobs, parseKeys } from '@fastflow/server'
import { pathAt } from './files.ts'
import type { Io } from './io.ts'
import { openProxy } from './proxies/open-proxy.ts'
import type { OpenProxy } from './proxies/opened.ts'
import { readBytes, whyUnread } from './read-text.ts'
import { type ModelOptions, openPipeline, storeOf } from './session.ts'

/** Options of commands that serve models. */
export interface ServedOptions extends Omit<ModelOptions, 'model' | 'store'> {
  /** `NAME=FOLDER`, or what `--model` takes elsewhere. */
  readonly model: readonly string[]
  /** Folder of accepted jobs and results; nothing outlives the process without it. */
  readonly data?: string
  /** Network of LPIPS. */
  readonly weights?: string
  readonly cache?: string
  readonly concurrency: number
  readonly quiet?: boolean
}

/** What is served, and with what. */
export interface Served extends AsyncDisposable {
  /** While they are being loaded. */
  readonly models: Readonly<Record<string, Promise<Pipeline>>>
  readonly blobs: BlobStore
  /** A folder in `--data`. */
  readonly folder: (name: string) => string | undefined
  readonly proxy: OpenProxy | undefined
  readonly log: false | { readonly stream: { write(line: string): void } }
}

/** @param policies what is shared with other machines, in the place of the folder of `--cache`. */
export async function openServed(io: Io, options: ServedOptions, policies?: PolicyStore): Promise<Served> {
  const { data, weights, cache, quiet } = options
  const proxy = weights === undefined ? undefined : await openProxy(io, 'lpips', weights)
  const folder = (name: string) => (data === undefined ? undefined : join(resolve(io.cwd, data), name))
  const files = folder('files')
  const blobs = files === undefined ? memoryBlobs() : folderBlobs(files)
  const models = Object.fromEntries(
    options.model.map((given) => {
      const [, name = basename(given), model = given] = /^([\w.-]+)=(.+)$/.exec(given) ?? []
      return [
        name,
        openPipeline(io, { ...options, ...(policies ? { policies } : storeOf(io, cache)), model }),
      ]
    }),
  )
  return {
    models,
    blobs,
    folder,
    proxy,
    log: quiet ? false : { stream: { write: (line) => io.out(line.trimEnd()) } },
    async [Symbol.asyncDispose]() {
      const settled = await Promise.allSettled(Object.values(models))
      const loaded = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
      await Promise.all([blobs.close(), proxy?.dispose(), ...loaded.map((pipe) => pipe.dispose())])
    },
  }
}

/** Until the process is told to end. */
export async function untilEnd({ signal }: Pick<Io, 'signal'>): Promise<void> {
  if (!signal.aborted) await new Promise<void>((stop) => signal.addEventListener('abort', () => stop()))
}

/** Who may ask, of the file that `--keys` names. */
export async function readKeys(io: Io, file: string | undefined): Promise<readonly ApiKey[] | undefined> {
  if (file === undefined) return undefined
  const path = pathAt(io, file, '--keys')
  const bytes = await readBytes(path).catch((cause) => {
    throw invalidArgument('--keys', `${path} cannot be read (${whyUnread(cause)}); give a file of keys`)
  })
  return parseKeys(bytes.toString('utf8'))
}
