import { describePolicyStore, describeUpdateJournal } from '@fastflow/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RedisPolicyStore, redisPolicyStore } from '../src/index.ts'
import { noRedis, type RedisServer, startRedis } from './redis-server.ts'

describe.skipIf(noRedis)(`a store in Redis ${noRedis ?? ''}`, () => {
  let server: RedisServer
  let stores = 0
  const freshStore = (window?: number): RedisPolicyStore =>
    redisPolicyStore(server.client, { prefix: `test-${stores++}:`, ...(window && { window }) })

  beforeAll(async () => {
    server = await startRedis()
  })
  beforeEach(() => server.client.flushall())
  afterAll(() => server?.stop())

  describePolicyStore('in Redis', () => freshStore())
  describeUpdateJournal('in Redis', () => freshStore().journal)

  it('is one store for all workers of a prefix, and another for those of another', async () => {
    const mine = redisPolicyStore(server.client, { prefix: 'a:' })
    const yours = redisPolicyStore(server.connect(), { prefix: 'a:' })
    const theirs = redisPolicyStore(server.connect(), { prefix: 'b:' })
    await mine.save('plan', { steps: [1] })
    await mine.journal.append('policy', 1)
    await yours.journal.append('policy', 2)
    expect(await yours.load('plan')).toEqual({ steps: [1] })
    expect((await yours.journal.read('policy')).updates).toEqual([1, 2])
    expect(await theirs.load('plan')).toBeUndefined()
    expect((await theirs.journal.read('policy')).updates).toEqual([])
  })

  it('keeps what others append while one folds, and lets one fold at a time', async () => {
    const store = redisPolicyStore(server.client, { prefix: 'fold:' })
    const other = redisPolicyStore(server.connect(), { prefix: 'fold:' })
    await store.journal.append('policy', 1)
    let beside: Promise<boolean> | undefined
    let late: Promise<void> | undefined
    const folded = await store.journal.compact('policy', (_, updates) => {
      late = other.journal.append('policy', 2)
      beside = other.journal.compact('policy', () => 'stolen')
      return updates
    })
    expect(folded).toBe(true)
    await late
    await beside
    const { document, updates } = await store.journal.read('policy')
    // The other folds before or after, with what was there; nothing is in both places or in none.
    expect([
      [[1], [2]],
      ['stolen', []],
    ]).toContainEqual([document, updates])
  })

  it('changes nothing where its lock was lost meanwhile', async () => {
    const { journal } = redisPolicyStore(server.client, { prefix: 'lost:' })
    await journal.append('policy', 1)
    const folded = await journal.compact('policy', (_, updates) => {
      // In order on one connection: the lock is another's when the fold is written.
      void server.client.set('lost:{policy}:lock', 'another')
      return updates
    })
    expect(folded).toBe(false)
    expect(await journal.read('policy')).toMatchObject({ document: undefined, updates: [1] })
  })

  it('counts the updates of a job once, however often and wherever it is delivered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ job: fc.nat(4), worker: fc.nat(2), done: fc.nat(3) }), { maxLength: 12 }),
        async (deliveries) => {
          const prefix = `job-${stores++}:`
          const workers = [0, 1, 2].map(() => redisPolicyStore(server.client, { prefix }))
          await Promise.all(
            deliveries.map(({ job, worker, done }) =>
              workers[worker]!.once(`job-${job}`, async () => {
                // A delivery that breaks off has made the first updates of the whole job.
                for (let n = 0; n < done; n++) await workers[worker]!.journal.append('policy', [job, n])
              }),
            ),
          )
          const { updates } = await workers[0]!.journal.read('policy')
          const most = new Map<number, number>()
          for (const { job, done } of deliveries) most.set(job, Math.max(most.get(job) ?? 0, done))
          const expected = [...most].flatMap(([job, done]) =>
            Array.from({ length: done }, (_, n) => [job, n]),
          )
          expect([...updates].sort()).toEqual(expected.sort())
        },
      ),
      { numRuns: 30 },
    )
  })

  it('counts updates outside of jobs each, and those of different jobs, policies and moments apart', async () => {
    const store = freshStore()
    await store.journal.append('policy', 1)
    await store.journal.append('policy', 1)
    await store.once('a', async () => {
      await store.journal.append('policy', 2)
      await store.journal.append('other', 2)
    })
    await store.once('b', () => store.journal.append('policy', 3))
    expect((await store.journal.read('policy')).updates).toEqual([1, 1, 2, 3])
    expect((await store.journal.read('other')).updates).toEqual([2])
    expect(await store.once('c', async () => 'what the job gave')).toBe('what the job gave')
  })

  it('remembers updates for its window alone, so that memory does not grow', async () => {
    const store = redisPolicyStore(server.client, { prefix: 'window:', window: 1 })
    const again = (): Promise<void> => store.once('a', () => store.journal.append('policy', 1))
    await again()
    await again()
    expect((await store.journal.read('policy')).updates).toEqual([1])
    expect(await server.client.pttl('window:{policy}:ids')).toBeGreaterThan(0)
  })

  it('gives back what was kept after Redis was killed and started again', async () => {
    const store = redisPolicyStore(server.client, { prefix: 'restart:' })
    await store.save('plan', [1])
    await store.journal.append('policy', 1)
    await server.restart()
    await store.journal.append('policy', 2)
    expect(await store.load('plan')).toEqual([1])
    expect((await store.journal.read('policy')).updates).toEqual([1, 2])
  })

  it('passes over lines it cannot read, and says what is wrong with a document', async () => {
    const store = redisPolicyStore(server.client, { prefix: 'bad:' })
    await store.journal.append('policy', 1)
    await server.client.rpush('bad:{policy}:updates', '{"cut')
    expect(await store.journal.read('policy')).toMatchObject({ updates: [1], damaged: 1 })
    await server.client.set('bad:{policy}:learned', '{"cut')
    await expect(store.journal.read('policy')).rejects.toMatchObject({ code: 'policy-unreadable' })
    await server.client.set('bad:{plan}:document', '{"cut')
    await expect(store.load('plan')).rejects.toMatchObject({ code: 'policy-unreadable', field: 'plan' })
  })

  it('says that Redis cannot be reached', async () => {
    const client = server.connect()
    client.options.maxRetriesPerRequest = 0
    client.disconnect()
    const store = redisPolicyStore(client)
    await expect(store.load('plan')).rejects.toMatchObject({ code: 'policy-unreadable' })
    await expect(store.check?.()).rejects.toMatchObject({ code: 'output-unwritable' })
    await expect(store.journal.append('policy', 1)).rejects.toMatchObject({ code: 'output-unwritable' })
    await expect(store.journal.compact('policy', () => 1)).rejects.toMatchObject({
      code: 'output-unwritable',
    })
  })
})
