import type { AbortSignalHeard } from '../abort-signal.ts'

/** What a queue has to know of a job; the rest is plain JSON that it passes on. */
export interface QueueJob {
  /** Chosen by who submits it; 1 to 128 lower-case letters, digits and hyphens. The same id is the same job. */
  readonly id: string
  /** Workers take jobs of the models they have; the same letters, and dots and underscores. */
  readonly model: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Jobs of one group can be listed; any text of 1 to 200 characters. */
  readonly group?: string
}

export type JobState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled'

/** Why a job failed; the fields of a `FastFlowError`. */
export interface JobError {
  readonly code: string
  readonly field: string | null
  readonly message: string
}

/** How far a job is. */
export interface JobProgress {
  /** Image at work, from 0. */
  readonly image: number
  /** Steps of it that are behind, and all of them. */
  readonly step: number
  readonly steps: number
  /** Its decisions so far, one letter a step. */
  readonly decisions: string
}

/** A preview of an image. */
export interface JobPartial {
  readonly image: number
  /** From 0. */
  readonly index: number
  /** Key of its file in a `BlobStore`. */
  readonly blob: string
}

/** What is known of a job. */
export interface JobRecord<Job extends QueueJob = QueueJob, Result = unknown> {
  readonly job: Job
  readonly state: JobState
  /** Jobs before it, while it is queued. */
  readonly position?: number
  /** How often a worker took it and did not give it back. */
  readonly attempts: number
  readonly progress?: JobProgress
  readonly result?: Result
  readonly error?: JobError
  /** Milliseconds since 1970. */
  readonly startedAt?: number
  readonly finishedAt?: number
}

/** What happens to a job. What came of it is in its record once `ended` was heard. */
export type JobEvent =
  | { readonly type: 'started' }
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'partial'; readonly partial: JobPartial }
  | { readonly type: 'ended'; readonly state: 'completed' | 'failed' | 'cancelled' }

/** A job that a worker has taken. One of `complete`, `fail` and `release` ends it. */
export interface Claim<Job extends QueueJob = QueueJob, Result = unknown> {
  readonly job: Job
  /** 1 the first time. */
  readonly attempt: number
  /** Aborted when the job is cancelled, or is no longer this worker's. */
  readonly signal: AbortSignalHeard
  progress(progress: JobProgress): Promise<void>
  partial(partial: JobPartial): Promise<void>
  /** @returns false where the job was cancelled or is somebody else's by now: the result does not count. */
  complete(result: Result): Promise<boolean>
  /** @returns as `complete` does. */
  fail(error: JobError): Promise<boolean>
  /** Gives it back: it is taken again, before those that came later. */
  release(): Promise<void>
}

export interface QueueStats {
  readonly waiting: number
  readonly running: number
  /** Jobs that may wait. */
  readonly limit: number
  /** Seconds the oldest one has waited; 0 where none waits. */
  readonly oldestSeconds: number
}

/**
 * Jobs between those who ask and those who work. At least once: a job that was accepted is run until somebody completes,
 * fails or cancels it; one whose worker is gone is taken by another. One result a job counts, whoever made it.
 */
export interface Queue<Job extends QueueJob = QueueJob, Result = unknown> {
  readonly version: 1
  /**
   * Accepts a job; once this resolves, no crash loses it. A job whose id is known is not accepted again, unless that one failed
   * or was cancelled: then it takes its place.
   *
   * @returns the job that stands under this id now.
   * @throws FastFlowError `limit-exceeded` with the field `queue` where it is full, `output-unwritable`.
   */
  submit(job: Job): Promise<{ readonly accepted: boolean; readonly job: Job }>
  /** The next job of one of these models, as soon as there is one; undefined once the signal is aborted. */
  take(models: readonly string[], signal: AbortSignalHeard): Promise<Claim<Job, Result> | undefined>
  /** Undefined for one that is not known, or was forgotten after its time. */
  read(id: string): Promise<JobRecord<Job, Result> | undefined>
  /** Ids of the jobs of a group that are known, in the order in which they were submitted. */
  list(group: string): Promise<readonly string[]>
  /** Ends a job wherever it is. @returns false where there is none, or it has ended. */
  cancel(id: string): Promise<boolean>
  /** Forgets a job that has ended. @returns false where there is none, or it has not. */
  remove(id: string): Promise<boolean>
  /** Hears events of a job from now on. @returns what ends it. */
  subscribe(id: string, listener: (event: JobEvent) => void): Promise<() => void>
  stats(): Promise<QueueStats>
  /** @throws where it cannot be reached. */
  check(): Promise<void>
  /** Gives back what is held; jobs stay where they are. */
  close(): Promise<void>
}
