import { isRecord, type JobRecord, type QueueJob, type UpdateJournal } from '@fastflow/core'

const KEY = 'jobs'

/** Updates between two foldings. */
const FOLD_EVERY = 256

/** A record as it was written; of several of one job the highest revision counts, so that their order does not matter. */
interface Revised<Job extends QueueJob, Result> {
  readonly revision: number
  /** Null for a job that is forgotten. */
  readonly record: JobRecord<Job, Result> | null
  readonly id: string
}

/** Keeps the records of jobs in a journal. */
export interface JobJournal<Job extends QueueJob, Result> {
  /** What was there when it was opened. */
  readonly records: readonly JobRecord<Job, Result>[]
  /** @throws FastFlowError `output-unwritable`. */
  write(id: string, record: JobRecord<Job, Result> | null): Promise<void>
  /** Waits for what is being written. */
  close(): Promise<void>
}

/** @param isOver whether a record's time is over: it is left out when updates are folded. */
export async function openJobJournal<Job extends QueueJob, Result>(
  journal: UpdateJournal,
  isOver: (record: JobRecord<Job, Result>) => boolean,
): Promise<JobJournal<Job, Result>> {
  const fold = (document: unknown, updates: readonly unknown[]): unknown => {
    const latest = [...merged<Job, Result>(document, updates).values()]
    return {
      format: 'fastflow-jobs',
      version: 1,
      records: latest.filter(({ record }) => record !== null && !isOver(record)),
    }
  }
  await journal.compact(KEY, fold)
  const { document, updates } = await journal.read(KEY)
  const found = [...merged<Job, Result>(document, updates).values()]
  let revision = found.reduce((most, one) => Math.max(most, one.revision), 0)
  let written = 0
  let folding: Promise<unknown> = Promise.resolve()
  return {
    records: found.flatMap(({ record }) => (record === null || isOver(record) ? [] : [record])),
    async write(id, record) {
      revision++
      await journal.append(KEY, { id, revision, record } satisfies Revised<Job, Result>)
      if (++written % FOLD_EVERY !== 0) return
      // What cannot be folded now is folded next time; nothing is lost meanwhile.
      folding = folding.then(() => journal.compact(KEY, fold)).catch(() => {})
    },
    async close() {
      await folding
    },
  }
}

function merged<Job extends QueueJob, Result>(
  document: unknown,
  updates: readonly unknown[],
): ReadonlyMap<string, Revised<Job, Result>> {
  const before = isRecord(document) && Array.isArray(document.records) ? document.records : []
  const latest = new Map<string, Revised<Job, Result>>()
  for (const update of [...before, ...updates]) {
    if (!isRevised<Job, Result>(update)) continue
    const known = latest.get(update.id)
    if (known === undefined || known.revision < update.revision) latest.set(update.id, update)
  }
  return latest
}

function isRevised<Job extends QueueJob, Result>(value: unknown): value is Revised<Job, Result> {
  if (!isRecord(value) || typeof value.id !== 'string' || typeof value.revision !== 'number') return false
  return value.record === null || (isRecord(value.record) && isRecord(value.record.job))
}
