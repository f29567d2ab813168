import type { Task } from '@fastflow/pipelines'
/** What the result says of where it comes from. */
export interface Origin {
  readonly task: Task
  readonly model: string
  readonly digest: string
  readonly source: string | undefined
  /** Pixels that the model makes unless told otherwise. */
  readonly size: { readonly width: number; readonly height: number }
}
