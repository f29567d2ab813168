import { invalidArgument } from '@fastflow/core'
import { checkOptions, type OptionNames, shown } from '@fastflow/core/backend'
import type { Pipeline } from '@fastflow/pipelines'

/** Models in this process, by the names they are asked for. */
export interface LocalOptions {
  readonly pipelines: Readonly<Record<string, Pipeline>>
}

/** Models of a server of `@fastflow/server`. */
export interface RemoteOptions {
  /** Address of the server, e.g. `http://127.0.0.1:8000/v1`. */
  readonly baseURL: string
  readonly apiKey?: string
  readonly headers?: Readonly<Record<string, string>>
  /** In place of the global one. */
  readonly fetch?: typeof globalThis.fetch
}

export type FastFlowProviderOptions = LocalOptions | RemoteOptions

const LOCAL: OptionNames<LocalOptions> = { pipelines: true }
const REMOTE: OptionNames<RemoteOptions> = { baseURL: true, apiKey: true, headers: true, fetch: true }

export function isLocal(options: FastFlowProviderOptions): options is LocalOptions {
  return 'pipelines' in options
}

export function checkProviderOptions(options: FastFlowProviderOptions): void {
  if (typeof options !== 'object' || options === null)
    throw invalidArgument('options', `is ${shown(options)}; pass { pipelines } or { baseURL }`)
  if (isLocal(options)) {
    checkOptions('options', options, LOCAL)
    const { pipelines } = options
    if (typeof pipelines !== 'object' || pipelines === null || Array.isArray(pipelines))
      throw invalidArgument('pipelines', `is ${shown(pipelines)}; pass pipelines by name, { emoji: pipe }`)
    for (const [name, pipe] of Object.entries(pipelines))
      if (typeof pipe?.generate !== 'function')
        throw invalidArgument(`pipelines.${name}`, `is ${shown(pipe)}; pass what loadPipeline returned`)
    return
  }
  checkOptions('options', options, REMOTE)
  checkRemote(options)
}

function checkRemote({ baseURL, apiKey, headers, fetch }: RemoteOptions): void {
  if (typeof baseURL !== 'string' || !URL.canParse(baseURL) || !/^https?:/.test(baseURL))
    throw invalidArgument(
      'baseURL',
      `is ${shown(baseURL)}; pass the server's address, http://127.0.0.1:8000/v1`,
    )
  if (apiKey !== undefined && (typeof apiKey !== 'string' || apiKey === ''))
    throw invalidArgument('apiKey', `is ${shown(apiKey)}; pass a key of the server, or leave it out`)
  const isText = (value: unknown): boolean => typeof value === 'string'
  if (headers !== undefined && !(headers !== null && Object.values(headers).every(isText)))
    throw invalidArgument('headers', `is ${shown(headers)}; pass texts by name`)
  if (fetch !== undefined && typeof fetch !== 'function')
    throw invalidArgument('fetch', `is ${shown(fetch)}; pass a function like the global fetch`)
}
