import { type Job, Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'

/** Which submission of which job. */
interface Ticket {
  readonly id: string
  readonly order: string
}

/** A job that BullMQ has handed out, locked for a while. */
export interface Delivery {
  readonly ticket: Ticket
  /** @returns whether the lock was still held. */
  renew(): Promise<boolean>
  /** It is not delivered again. */
  done(): Promise<void>
  /** It is delivered again, before the others. */
  back(): Promise<void>
}

/** Hands out jobs at least once, with a queue of BullMQ a model. */
export interface Deliveries {
  /** The same ticket twice is one. */
  add(model: string, ticket: Ticket): Promise<void>
  next(model: string, token: string): Promise<Delivery | undefined>
  /** Takes one out that nobody works on. */
  drop(model: string, ticket: Ticket): Promise<void>
  close(): Promise<void>
}

/** How often a job may be tried is decided by its record. */
const ANY_NUMBER = 1_000_000

const nameOf = ({ id, order }: Ticket): string => `${id}_${order}`

export function createDeliveries(connection: Redis, prefix: string, lockMs: number): Deliveries {
  const queues = new Map<string, Queue<Ticket>>()
  const workers = new Map<string, Promise<Worker<Ticket>>>()
  const queueOf = (model: string): Queue<Ticket> => {
    const known = queues.get(model)
    if (known !== undefined) return known
    const queue = new Queue<Ticket>(model, { connection, prefix })
    queue.on('error', ignore)
    queues.set(model, queue)
    return queue
  }
  const workerOf = (model: string): Promise<Worker<Ticket>> => {
    const known = workers.get(model) ?? openWorker(model)
    workers.set(model, known)
    return known
  }
  const openWorker = async (model: string): Promise<Worker<Ticket>> => {
    const worker = new Worker<Ticket>(model, null, {
      connection,
      prefix,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: ANY_NUMBER,
    })
    worker.on('error', ignore)
    await worker.startStalledCheckTimer()
    return worker
  }
  return {
    async add(model, ticket) {
      await queueOf(model).add('job', ticket, {
        jobId: nameOf(ticket),
        removeOnComplete: true,
        removeOnFail: true,
      })
    },
    async next(model, token) {
      const worker = await workerOf(model)
      const job = await worker.getNextJob(token, { block: false })
      return job && deliveryOf(job, token, lockMs)
    },
    async drop(model, ticket) {
      await queueOf(model).remove(nameOf(ticket))
    },
    async close() {
      const opened = await Promise.all(workers.values())
      await Promise.all([...opened.map((worker) => worker.close(true)), ...[...queues.values()].map(closed)])
    },
  }
}

function deliveryOf(job: Job<Ticket>, token: string, lockMs: number): Delivery {
  return {
    ticket: job.data,
    renew: async () => (await job.extendLock(token, lockMs)) === 1,
    done: async () => {
      await job.moveToCompleted(undefined, token, false)
    },
    back: async () => {
      await job.moveToWait(token)
    },
  }
}

const closed = (queue: Queue<Ticket>): Promise<void> => queue.close()

/** What fails is thrown to who asked for it; connections mend themselves. */
function ignore(): void {}
