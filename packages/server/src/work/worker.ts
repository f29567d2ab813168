import { type BlobStore, FastFlowError, type JobError } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { withoutFolders } from '../answers/without-folders.ts'
import { alarmOf, countDecision, countRun, spentOf } from '../metrics/count-run.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { ImageClaim, ImageQueue, Job } from '../ports/job.ts'
import { wireField, wireMessage } from '../request/wire-names.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { runJob } from './run-job.ts'
import type { Measure, Models, Once } from './served-model.ts'

/** What a worker works on, and with. */
export interface WorkContext {
  readonly queue: ImageQueue
  readonly blobs: BlobStore
  readonly models: Models
  readonly measure: Measure
  readonly metrics: Metrics
  readonly tracing: Tracing
  /** Plans and policies that were followed, by their digests; this adds to them. */
  readonly policies: Map<string, unknown>
  /** Models whose alarm is on. */
  readonly alarms: Set<string>
  /** Jobs at once. */
  readonly concurrency: number
  /** Seconds that results are kept. */
  readonly keepSeconds: number
  readonly once: Once
  /** Told of each job that ended here: never of its prompt. */
  readonly onEnd: (job: Job, outcome: Outcome, error?: unknown) => void
}

export type Outcome = 'completed' | 'failed' | 'cancelled' | 'released'

/** Takes jobs and runs them until it is stopped. */
export interface Work {
  /** Takes no more jobs; those at work may go on for so many seconds, and return to the queue then. */
  stop(seconds: number): Promise<void>
}

/** Why a signal of a job was aborted, where it was not the queue. */
const TIMED_OUT = Symbol('timed out')
const DRAINED = Symbol('drained')
const LOST = Symbol('cancelled, or taken by another')

/** Milliseconds until a queue that cannot be reached is asked again. */
const AGAIN_MS = 1000

/** Plans that are remembered, each some dozen kilobytes. */
const MOST_POLICIES = 64

export function startWork(context: WorkContext): Work {
  const stopping = new AbortController()
  const draining = new AbortController()
  const lanes = Array.from({ length: context.concurrency }, () =>
    lane(context, stopping.signal, draining.signal),
  )
  const all = Promise.all(lanes)
  return {
    async stop(seconds) {
      stopping.abort()
      const timer = setTimeout(() => draining.abort(DRAINED), seconds * 1000)
      try {
        await all
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

async function lane(context: WorkContext, stopping: AbortSignal, draining: AbortSignal): Promise<void> {
  const { queue, models } = context
  while (!stopping.aborted) {
    try {
      const claim = await queue.take([...models.keys()], stopping)
      if (claim !== undefined) await work(context, claim, draining)
    } catch {
      // The queue cannot be reached: what was at work is taken by another, this one asks again.
      await pause(AGAIN_MS, stopping)
    }
  }
}

async function work(context: WorkContext, claim: ImageClaim, draining: AbortSignal): Promise<void> {
  const { job } = claim
  const { id, model, kind } = job
  const about = { 'fastflow.job': id, 'fastflow.model': model, 'fastflow.kind': kind }
  const trace = context.tracing.begin('fastflow.job', about, job.trace)
  const { outcome, error, spent } = await trace.within(() => attempt(context, claim, draining))
  trace.end({ 'fastflow.outcome': outcome, 'fastflow.attempt': claim.attempt, ...spent }, error)
  if (outcome !== 'released') await forgetInputs(context.blobs, job)
  context.metrics.add('jobs', { model: job.model, outcome })
  if (outcome === 'cancelled') context.metrics.add('cancellations', { model: job.model })
  context.onEnd(job, outcome, error)
}

interface Attempted {
  readonly outcome: Outcome
  readonly error?: unknown
  /** For its span. */
  readonly spent?: Readonly<Record<string, number>>
}

async function attempt(context: WorkContext, claim: ImageClaim, draining: AbortSignal): Promise<Attempted> {
  const { models, metrics, blobs, measure, keepSeconds, once } = context
  const { job } = claim
  const pipe = models.get(job.model) as Pipeline
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(TIMED_OUT), job.timeoutSeconds * 1000)
  const own = new AbortController()
  const lose = (): void => own.abort(LOST)
  claim.signal.addEventListener('abort', lose)
  if (claim.signal.aborted) lose()
  const signal = AbortSignal.any([own.signal, draining, timeout.signal])
  try {
    const { result, generated } = await once(job.id, () =>
      runJob(claim, {
        pipe,
        blobs,
        measure,
        keepSeconds,
        signal,
        onDecision: (record) => countDecision(metrics, job.model, record),
      }),
    )
    countRun(metrics, job.model, generated)
    watchDrift(context, job.model, alarmOf(generated))
    if (result.policy !== null) remember(context.policies, result.policy, generated.plan ?? generated.policy)
    return { outcome: (await claim.complete(result)) ? 'completed' : 'cancelled', spent: spentOf(generated) }
  } catch (error) {
    if (own.signal.aborted) return { outcome: 'cancelled' }
    if (signal.reason === DRAINED) {
      await claim.release()
      return { outcome: 'released' }
    }
    const known = signal.reason === TIMED_OUT ? timedOut(job) : errorOf(error)
    return { outcome: (await claim.fail(known)) ? 'failed' : 'cancelled', error }
  } finally {
    clearTimeout(timer)
    claim.signal.removeEventListener('abort', lose)
  }
}

/** An alarm counts once, when it begins. */
function watchDrift({ alarms, metrics }: WorkContext, model: string, alarm: boolean | undefined): void {
  if (alarm && !alarms.has(model)) metrics.add('drift_alarms', { model })
  if (alarm) alarms.add(model)
  else if (alarm === false) alarms.delete(model)
}

/** The last ones that were followed. */
function remember(policies: Map<string, unknown>, digest: string, document: unknown): void {
  policies.delete(digest)
  policies.set(digest, document)
  for (const oldest of policies.keys()) if (policies.size > MOST_POLICIES) policies.delete(oldest)
}

function timedOut({ timeoutSeconds }: Job): JobError {
  const message = `it took more than the ${timeoutSeconds} s that a job may run; ask for fewer steps or images`
  return { code: 'timeout', field: null, message }
}

/** What may be told of an error: the message of one that was thrown on purpose, in the words of requests. */
function errorOf(error: unknown): JobError {
  if (!FastFlowError.isInstance(error))
    return { code: 'internal-error', field: null, message: 'the job failed; the log of the worker says why' }
  const { code, field, message } = error
  return { code, field: wireField(field), message: withoutFolders(wireMessage(field, message)) }
}

async function forgetInputs(blobs: BlobStore, { request: { image, mask } }: Job): Promise<void> {
  for (const key of [image, mask]) if (key !== undefined) await blobs.remove(key).catch(() => {})
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
