import type { Claim, JobEvent, Queue, QueueJob } from '@fastflow/core'
import { describeQueue } from '@fastflow/testkit'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { noRedis, type RedisServer, startRedis } from '../../store-redis/test/redis-server.ts'
import { type BullmqQueue, type BullmqQueueOptions, bullmqQueue } from '../src/index.ts'
import { type Machine, machine } from './machine.ts'

let server: RedisServer

beforeAll(async () => {
  if (noRedis === undefined) server = await startRedis()
})
afterAll(() => server?.stop())

describe.skipIf(noRedis)(`queue on BullMQ ${noRedis ?? ''}`, () => {
  let prefix = ''
  let count = 0
  let last: Machine
  const create = (options: BullmqQueueOptions = {}): BullmqQueue<QueueJob, string> => {
    last = machine(server)
    return bullmqQueue(last.client, { prefix, lockSeconds: 0.2, ...options })
  }
  describeQueue('BullMQ', {
    create: async (limit) => {
      prefix = `suite-${count++}:`
      last = machine(server)
      return bullmqQueue(last.client, { prefix, limit })
    },
    again: async () => {
      last.cut()
      return bullmqQueue(machine(server).client, { prefix })
    },
  })

  describe('several processes', () => {
    const open: BullmqQueue<QueueJob, string>[] = []
    const made = (options?: BullmqQueueOptions): BullmqQueue<QueueJob, string> => {
      const queue = create(options)
      open.push(queue)
      return queue
    }
    const job = (id: string): QueueJob => ({ id, model: 'words', createdAt: Date.now() })
    const taken = async (queue: Queue<QueueJob, string>): Promise<Claim<QueueJob, string>> =>
      (await queue.take(['words'], new AbortController().signal))!
    const lost = (claim: Claim): Promise<void> =>
      new Promise((resolve) => {
        if (claim.signal.aborted) resolve()
        else claim.signal.addEventListener('abort', () => resolve())
      })
    const fresh = (): void => {
      prefix = `own-${count++}:`
    }

    afterEach(async () => {
      for (const queue of open.splice(0)) await queue.close()
    })

    it('cancels a job at work in another process, whose progress is heard there', async () => {
      fresh()
      const [asks, works] = [made(), made()]
      const heard: JobEvent[] = []
      await asks.subscribe('a', (event) => heard.push(event))
      await asks.submit(job('a'))
      const claim = await taken(works)
      const progress = { image: 0, step: 1, steps: 2, decisions: 'C' }
      await claim.progress(progress)
      expect((await asks.read('a'))?.progress).toEqual(progress)
      expect(await asks.cancel('a')).toBe(true)
      await lost(claim)
      expect(await claim.complete('late')).toBe(false)
      expect(heard).toEqual([
        { type: 'started' },
        { type: 'progress', progress },
        { type: 'ended', state: 'cancelled' },
      ])
    })

    it('counts those that take jobs, until they close or are gone for too long', async () => {
      fresh()
      const asks = made()
      await asks.submit(job('a'))
      await asks.submit(job('b'))
      expect(await asks.workers()).toBe(0)
      const works = made()
      await taken(works)
      const other = made()
      const { cut } = last
      await taken(other)
      expect(await asks.workers()).toBe(2)
      await works.close()
      await vi.waitFor(async () => expect(await asks.workers()).toBe(1))
      cut()
      await vi.waitFor(async () => expect(await asks.workers()).toBe(0))
    })

    it('wakes a worker of another process', async () => {
      fresh()
      const [asks, works] = [made(), made()]
      const waits = taken(works)
      await asks.submit(job('a'))
      expect((await waits).job.id).toBe('a')
    })

    it('gives a job of a machine that is gone to another, and counts one result', async () => {
      fresh()
      const works = made()
      const gone = last
      await works.submit(job('a'))
      expect((await taken(works)).attempt).toBe(1)
      gone.cut()
      const other = made()
      const claim = await taken(other)
      expect([claim.job.id, claim.attempt]).toEqual(['a', 2])
      expect(await claim.complete('two')).toBe(true)
      expect(await other.read('a')).toMatchObject({ state: 'completed', result: 'two', attempts: 2 })
      expect(await other.stats()).toMatchObject({ waiting: 0, running: 0 })
    })

    it('renews the lock of a job at work', async () => {
      fresh()
      const works = made({ lockSeconds: 1 })
      await works.submit(job('a'))
      const claim = await taken(works)
      const lock = `${prefix}{jobs}:bull:words:a_1:lock`
      let left = await server.client.pttl(lock)
      const renewed = async (): Promise<boolean> => {
        const before = left
        left = await server.client.pttl(lock)
        return left > before
      }
      await expect.poll(renewed).toBe(true)
      expect(claim.signal.aborted).toBe(false)
      expect(await claim.complete('one')).toBe(true)
    })

    it('tells a worker that its job is another one’s by now, and does not count its result', async () => {
      fresh()
      const works = made()
      await works.submit(job('a'))
      const claim = await taken(works)
      // As after a pause of the process: the lock has run out, and another has taken it.
      await server.client.hset(`${prefix}{jobs}:record:a`, 'owner', 'another')
      await lost(claim)
      expect(await claim.complete('late')).toBe(false)
      expect((await works.read('a'))?.state).toBe('running')
    })

    it('gives up a job that ended its process three times', async () => {
      fresh()
      await made().submit(job('a'))
      for (let attempt = 1; attempt <= 3; attempt++) {
        const works = made()
        expect((await taken(works)).attempt).toBe(attempt)
        last.cut()
      }
      const other = made()
      const ended = new Promise<void>((resolve, reject) => {
        other.subscribe('a', ({ type }) => type === 'ended' && resolve()).catch(reject)
      })
      const stop = new AbortController()
      const waits = other.take(['words'], stop.signal)
      await ended
      stop.abort()
      expect(await waits).toBeUndefined()
      expect(await other.read('a')).toMatchObject({ state: 'failed', error: { code: 'model-failed' } })
    })

    it('delivers a job whose server was gone before it handed it on', async () => {
      fresh()
      const queue = made()
      await queue.submit(job('a'))
      // What BullMQ has of it never came about.
      const keys = await server.client.keys(`${prefix}{jobs}:bull:*`)
      await server.client.del(...keys)
      expect((await taken(queue)).job.id).toBe('a')
    })

    it('loses nothing where Redis is killed and starts again', async () => {
      fresh()
      const queue = made()
      for (const id of ['a', 'b', 'c']) await queue.submit(job(id))
      const claim = await taken(queue)
      await server.restart()
      expect(await claim.complete('done')).toBe(true)
      for (const id of ['b', 'c']) {
        const next = await taken(queue)
        expect(next.job.id).toBe(id)
        expect(await next.complete('done')).toBe(true)
      }
      expect(await queue.stats()).toMatchObject({ waiting: 0, running: 0 })
    })

    it('forgets what came of a job after its time, and leaves nothing of it', async () => {
      fresh()
      const queue = made({ keepSeconds: 0.001 })
      await queue.submit(job('a'))
      await (await taken(queue)).complete('done')
      await expect.poll(() => queue.read('a')).toBeUndefined()
      const left = await server.client.keys(`${prefix}*`)
      expect(left.filter((key) => /record|a_1/.test(key))).toEqual([])
    })
  })

  it('says where Redis cannot be reached', async () => {
    const nowhere = new Redis({ port: 1, maxRetriesPerRequest: 0, retryStrategy: () => null })
    nowhere.on('error', () => {})
    const queue = bullmqQueue<QueueJob, string>(nowhere)
    const failure = { code: 'output-unwritable', field: 'queue' }
    await expect(queue.check()).rejects.toMatchObject(failure)
    await expect(queue.submit({ id: 'a', model: 'words', createdAt: 0 })).rejects.toMatchObject(failure)
    await queue.close()
  })
})
