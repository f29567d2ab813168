import type {
  AbortSignalHeard,
  Claim,
  JobEvent,
  JobRecord,
  JobState,
  Queue,
  QueueJob,
  QueueStats,
  UpdateJournal,
} from '@fastflow/core'
import {
  checkCallback,
  checkMethods,
  checkOptions,
  checkPositive,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import type { Job as ImageJob, JobResult } from '../ports/job.ts'
import { type JobJournal, openJobJournal } from './job-journal.ts'
import { createListeners } from './listeners.ts'
import { queueFull } from './queue-full.ts'

export interface MemoryQueueOptions {
  /** Jobs that may wait, 1 to 100000, default 64. Those at work do not count. */
  readonly limit?: number
  /** Keeps jobs over a restart, e.g. `fileJournal(folder)` of @fastflow/backend-node; one process a journal. Default: none. */
  readonly journal?: UpdateJournal
  /** Seconds that what came of a job is kept, default 3600. */
  readonly keepSeconds?: number
  /** Gets a line for what costs no job, such as a result that cannot be written to the journal. */
  readonly onNote?: (note: string) => unknown
}

const NAMES: OptionNames<MemoryQueueOptions> = { limit: true, journal: true, keepSeconds: true, onNote: true }

/** A job that ended its process so often is not tried again. */
const MOST_ATTEMPTS = 3

type Ended = Extract<JobState, 'completed' | 'failed' | 'cancelled'>

interface Entry<Job extends QueueJob, Result> {
  record: JobRecord<Job, Result>
  /** Of the worker that has it. */
  readonly abort: AbortController
}

/**
 * A queue in this process. With a journal, jobs that were accepted run again after a restart, also one that was at work.
 *
 * @throws FastFlowError `invalid-argument` naming the option; `output-unwritable`, `policy-unreadable` of the journal.
 */
export async function memoryQueue<Job extends QueueJob = ImageJob, Result = JobResult>(
  options: MemoryQueueOptions = {},
): Promise<Queue<Job, Result>> {
  checkOptions('options', options, NAMES)
  const { limit = 64, keepSeconds = 3600, journal, onNote } = options
  checkWhole('limit', limit, 1, 100_000)
  checkPositive('keepSeconds', keepSeconds)
  checkCallback('onNote', onNote, '(note) => ...')
  if (journal !== undefined) checkMethods('journal', journal, ['append', 'read', 'compact'], 'a journal')
  const isOver = ({ finishedAt }: JobRecord<Job, Result>): boolean =>
    finishedAt !== undefined && finishedAt + keepSeconds * 1000 <= Date.now()
  const opened = journal && (await openJobJournal<Job, Result>(journal, isOver))
  return new MemoryQueue<Job, Result>(limit, isOver, opened, onNote ?? (() => {}))
}

class MemoryQueue<Job extends QueueJob, Result> implements Queue<Job, Result> {
  readonly version = 1
  readonly #entries = new Map<string, Entry<Job, Result>>()
  /** Ids in the order in which they are taken. */
  #waiting: string[] = []
  /** Ids that are being written to the journal. */
  readonly #arriving = new Map<string, Promise<void>>()
  readonly #listeners = createListeners()
  readonly #takers = new Set<() => void>()
  readonly #limit: number
  readonly #isOver: (record: JobRecord<Job, Result>) => boolean
  readonly #journal: JobJournal<Job, Result> | undefined
  readonly #onNote: (note: string) => unknown

  constructor(
    limit: number,
    isOver: (record: JobRecord<Job, Result>) => boolean,
    journal: JobJournal<Job, Result> | undefined,
    onNote: (note: string) => unknown,
  ) {
    this.#limit = limit
    this.#isOver = isOver
    this.#journal = journal
    this.#onNote = onNote
    for (const record of [...(journal?.records ?? [])].sort((a, b) => a.job.createdAt - b.job.createdAt))
      this.#restore(record)
  }

  #restore(found: JobRecord<Job, Result>): void {
    const { job, attempts, finishedAt } = found
    const lost = finishedAt === undefined && attempts >= MOST_ATTEMPTS
    const message = `its process ended ${attempts} times while it was at work`
    const record: JobRecord<Job, Result> = lost
      ? {
          ...found,
          state: 'failed',
          finishedAt: Date.now(),
          error: { code: 'model-failed', field: null, message },
        }
      : finishedAt === undefined
        ? { job, attempts, state: 'queued' }
        : found
    this.#entries.set(job.id, { record, abort: new AbortController() })
    if (record.state === 'queued') this.#waiting.push(job.id)
  }

  async submit(job: Job): Promise<{ readonly accepted: boolean; readonly job: Job }> {
    // The same id at the same time: whoever came first decides.
    await this.#arriving.get(job.id)?.catch(() => {})
    this.#forget()
    const known = this.#entries.get(job.id)?.record
    if (known !== undefined && known.state !== 'failed' && known.state !== 'cancelled')
      return { accepted: false, job: known.job }
    if (this.#waiting.length + this.#arriving.size >= this.#limit) throw queueFull(this.#limit)
    const record: JobRecord<Job, Result> = { job, state: 'queued', attempts: 0 }
    const written = this.#journal?.write(job.id, record) ?? Promise.resolve()
    this.#arriving.set(job.id, written)
    try {
      await written
    } finally {
      this.#arriving.delete(job.id)
    }
    // At the end of those that are listed, also where it takes the place of one that failed.
    this.#entries.delete(job.id)
    this.#entries.set(job.id, { record, abort: new AbortController() })
    this.#waiting.push(job.id)
    this.#wake()
    return { accepted: true, job }
  }

  async take(models: readonly string[], signal: AbortSignalHeard): Promise<Claim<Job, Result> | undefined> {
    while (!signal.aborted) {
      const at = this.#waiting.findIndex((id) => models.includes(this.#entries.get(id)!.record.job.model))
      if (at >= 0) return this.#claim(this.#waiting.splice(at, 1)[0]!)
      await this.#news(signal)
    }
    return undefined
  }

  async read(id: string): Promise<JobRecord<Job, Result> | undefined> {
    await this.#arriving.get(id)?.catch(() => {})
    const record = this.#entries.get(id)?.record
    if (record === undefined || this.#isOver(record)) return undefined
    return record.state === 'queued' ? { ...record, position: this.#waiting.indexOf(id) } : record
  }

  async list(group: string): Promise<readonly string[]> {
    const all = [...this.#entries].filter(([, { record }]) => record.job.group === group)
    return all.flatMap(([id, { record }]) => (this.#isOver(record) ? [] : [id]))
  }

  async cancel(id: string): Promise<boolean> {
    await this.#arriving.get(id)?.catch(() => {})
    return this.#end(id, { state: 'cancelled' })
  }

  async remove(id: string): Promise<boolean> {
    const record = this.#entries.get(id)?.record
    if (record?.finishedAt === undefined) return false
    this.#entries.delete(id)
    await this.#keep(id, null)
    return true
  }

  async subscribe(id: string, listener: (event: JobEvent) => void): Promise<() => void> {
    return this.#listeners.add(id, listener)
  }

  async stats(): Promise<QueueStats> {
    const records = [...this.#entries.values()].map(({ record }) => record)
    const oldest = Math.min(...this.#waiting.map((id) => this.#entries.get(id)!.record.job.createdAt))
    return {
      waiting: this.#waiting.length,
      running: records.filter(({ state }) => state === 'running').length,
      limit: this.#limit,
      oldestSeconds: Number.isFinite(oldest) ? Math.max(0, (Date.now() - oldest) / 1000) : 0,
    }
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  async #claim(id: string): Promise<Claim<Job, Result>> {
    const entry = this.#entries.get(id)!
    const { job, attempts } = entry.record
    const claimed: Entry<Job, Result> = {
      record: { job, state: 'running', attempts: attempts + 1, startedAt: Date.now() },
      abort: new AbortController(),
    }
    this.#entries.set(id, claimed)
    this.#listeners.tell(id, { type: 'started' })
    await this.#keep(id, claimed.record)
    const isMine = (): boolean => this.#entries.get(id) === claimed && claimed.record.state === 'running'
    return {
      job,
      attempt: attempts + 1,
      signal: claimed.abort.signal,
      progress: async (progress) => {
        if (!isMine()) return
        claimed.record = { ...claimed.record, progress }
        this.#listeners.tell(id, { type: 'progress', progress })
      },
      partial: async (partial) => {
        if (isMine()) this.#listeners.tell(id, { type: 'partial', partial })
      },
      complete: async (result) => isMine() && this.#end(id, { state: 'completed', result }),
      fail: async (error) => isMine() && this.#end(id, { state: 'failed', error }),
      release: async () => {
        if (!isMine()) return
        const record: JobRecord<Job, Result> = { job, state: 'queued', attempts }
        this.#entries.set(id, { record, abort: new AbortController() })
        this.#waiting.unshift(id)
        await this.#keep(id, record)
        this.#wake()
      },
    }
  }

  async #end(
    id: string,
    outcome: { readonly state: Ended } & Pick<JobRecord<Job, Result>, 'result' | 'error'>,
  ): Promise<boolean> {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.record.finishedAt !== undefined) return false
    this.#waiting = this.#waiting.filter((one) => one !== id)
    entry.record = { ...entry.record, ...outcome, finishedAt: Date.now() }
    if (outcome.state === 'cancelled') entry.abort.abort()
    await this.#keep(id, entry.record)
    this.#listeners.tell(id, { type: 'ended', state: outcome.state })
    return true
  }

  /** What came of a job is worth more than its line in the journal. */
  async #keep(id: string, record: JobRecord<Job, Result> | null): Promise<void> {
    try {
      await this.#journal?.write(id, record)
    } catch (error) {
      this.#onNote(`the journal of the queue cannot be written: ${(error as Error).message}`)
    }
  }

  #forget(): void {
    for (const [id, { record }] of this.#entries) if (this.#isOver(record)) this.#entries.delete(id)
  }

  #wake(): void {
    for (const taker of [...this.#takers]) taker()
  }

  /** Until a job arrives or the signal is aborted. */
  #news(signal: AbortSignalHeard): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#takers.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#takers.add(done)
      signal.addEventListener('abort', done)
    })
  }
}
