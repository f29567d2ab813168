import { type BlobStore, invalidArgument, isRecord, type PolicyStore } from '@fastflow/core'
import {
  checkCallback,
  checkMethods,
  checkOneOf,
  checkOptions,
  checkPositive,
  checkText,
  checkWhole,
  type OptionNames,
  shown,
} from '@fastflow/core/backend'
import type { ApiKey } from './admission/keys.ts'
import type { Limits } from './admission/limits.ts'
import type { ImageQueue, PlainAcceleration } from './ports/job.ts'
import type { Log } from './routes/app.ts'
import type { Moderate } from './service/service.ts'
import type { Measure, ModelsToCome, Once } from './work/served-model.ts'

export interface ServerOptions {
  /** Pipelines, or promises of them, by the names that requests call them; the first one is the usual one. */
  readonly models: ModelsToCome
  /** Default: {@link memoryQueue} without a journal. */
  readonly queue?: ImageQueue
  /** Default: {@link memoryBlobs}. A queue with a journal needs files that last as long, {@link folderBlobs}. */
  readonly blobs?: BlobStore
  /** Where the pipelines keep plans and policies, for `/v1/policies`. */
  readonly store?: PolicyStore
  /** Runs a job so that what it teaches counts once however often it is delivered: `store.once` of @fastflow/store-redis. */
  readonly once?: Once
  /** Who may ask; everyone where it is missing, and then only this machine. */
  readonly keys?: readonly ApiKey[]
  readonly limits?: Partial<Limits>
  /** What is evaluated where a request does not say. Default `auto`. */
  readonly accelerate?: PlainAcceleration
  /** What measures pictures for targets. */
  readonly measure?: Measure
  /** Says whether a prompt may be drawn; without it `moderation` is refused. */
  readonly moderate?: Moderate
  /** Jobs that are run here at once, 0 to 64; 0 leaves them to other workers on the queue. Default 1. */
  readonly work?: number
  /** Seconds that results are kept, default 3600. */
  readonly keepSeconds?: number
  /** Address under which others reach this server, e.g. `https://images.example.com`; default: what requests say. */
  readonly publicUrl?: string
  /** JSON lines for each request, without prompts: `true` to standard output, or a level and a stream. Default false. */
  readonly log?: Log
}

const NAMES: OptionNames<ServerOptions> = {
  models: true,
  queue: true,
  blobs: true,
  store: true,
  once: true,
  keys: true,
  limits: true,
  accelerate: true,
  measure: true,
  moderate: true,
  work: true,
  keepSeconds: true,
  publicUrl: true,
  log: true,
}

const QUEUE = ['submit', 'take', 'read', 'list', 'cancel', 'remove', 'subscribe', 'stats', 'check', 'close']

/** Values of other options are checked where they are used. @throws FastFlowError `invalid-argument` naming the option. */
export function checkServerOptions(options: ServerOptions): void {
  checkOptions('options', options, NAMES)
  const { models, queue, blobs, store, keys, moderate, work, keepSeconds, publicUrl, measure } = options
  if (!isRecord(models) || Object.keys(models).length === 0)
    throw invalidArgument(
      'models',
      `${shown(models)} has no models; pass { name: await loadPipeline(folder, ...) }`,
    )
  for (const [name, pipe] of Object.entries(models))
    if (typeof (pipe as Promise<unknown> | undefined)?.then !== 'function')
      checkMethods(`models.${name}`, pipe, ['generate', 'planKey'], 'a pipeline, or a promise of one')
  if (queue !== undefined) checkMethods('queue', queue, QUEUE, 'await memoryQueue()')
  if (blobs !== undefined) checkMethods('blobs', blobs, ['put', 'get', 'remove'], 'folderBlobs(folder)')
  if (store !== undefined) checkMethods('store', store, ['load'], 'backend.policyStore(folder)')
  if (keys !== undefined && !Array.isArray(keys))
    throw invalidArgument('keys', `${shown(keys)} is no list; pass [{ id, sha256 }]`)
  if (measure !== undefined) checkOptions('measure', measure, { lpips: true })
  if (options.accelerate !== undefined) checkAcceleration(options.accelerate)
  if (options.log !== undefined) checkLog(options.log)
  checkCallback('once', options.once, '(job, work) => work()')
  checkCallback('moderate', moderate, '(prompt, level) => reason')
  if (work !== undefined) checkWhole('work', work, 0, 64)
  if (keepSeconds !== undefined) checkPositive('keepSeconds', keepSeconds)
  if (publicUrl !== undefined)
    checkText('publicUrl', publicUrl, 'an address such as https://images.example.com')
}

const METHODS = ['off', 'auto', 'plan', 'paper']
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

function checkAcceleration(given: unknown): void {
  const { method, target, ...rest } = isRecord(given) ? given : {}
  if (typeof given === 'string') checkOneOf('accelerate', given, METHODS)
  else if (target === undefined && (method === 'auto' || method === 'plan'))
    checkOptions('accelerate', rest, { nfe: true, passes: true })
  else if (!isRecord(target) || method !== undefined)
    throw invalidArgument(
      'accelerate',
      `${shown(given)} is no acceleration; pass one of ${METHODS.join(', ')}, { method: 'auto', nfe } or { target: { psnr } }`,
    )
}

function checkLog(log: unknown): void {
  if (typeof log === 'boolean') return
  if (!isRecord(log)) throw invalidArgument('log', `${shown(log)} is no log; pass true, or { level, stream }`)
  checkOptions('log', log, { level: true, stream: true })
  if (log.level !== undefined) checkOneOf('log.level', log.level, LEVELS)
  if (log.stream !== undefined) checkMethods('log.stream', log.stream, ['write'], 'process.stdout')
}
