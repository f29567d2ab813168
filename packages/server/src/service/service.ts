import type { BlobStore, PolicyStore } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import type { Recognize } from '../admission/keys.ts'
import type { Limits } from '../admission/limits.ts'
import type { PerKey } from '../admission/per-key.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { ImageQueue, PlainAcceleration } from '../ports/job.ts'
import type { Tracing } from '../tracing/tracing.ts'

/** Says whether a prompt may be drawn; what it returns is why not. */
export type Moderate = (
  prompt: string,
  level: 'auto' | 'low',
) => string | undefined | Promise<string | undefined>

/** What the routes of one server share. */
export interface Service {
  readonly queue: ImageQueue
  readonly blobs: BlobStore
  /** Names of all models, in their order. */
  readonly names: readonly string[]
  /** Those that are loaded. */
  readonly models: ReadonlyMap<string, Pipeline>
  /** Why others could not be. */
  readonly problems: readonly string[]
  readonly store: PolicyStore | undefined
  /** Plans and policies that were followed here, by their digest: those that come with a model are in no store. */
  readonly policies: ReadonlyMap<string, unknown>
  readonly recognize: Recognize
  readonly limits: Limits
  readonly perKey: PerKey
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly moderate: Moderate | undefined
  readonly accelerate: PlainAcceleration
  readonly keepSeconds: number
  /** Address that this server has for others; undefined where requests tell it. */
  readonly publicUrl: string | undefined
  /** Requests that wait for a job, by its id. */
  readonly waiting: Map<string, number>
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal
  /** Milliseconds since the server began. */
  readonly startedAt: number
}
