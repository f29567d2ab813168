import type { Claim, JobEvent, Queue, QueueJob } from '@fastflow/core'
import { afterEach, describe, expect, it } from 'vitest'

interface TestJob extends QueueJob {
  readonly text: string
}

/** How a queue under test is made. */
export interface QueueUnderTest {
  /** An empty queue where so many jobs may wait, and what comes of a job is kept for an hour. */
  create(limit: number): Promise<Queue<TestJob, string>>
  /**
   * Another one with the same jobs: beside the first, or after it ended without closing. Undefined where a queue is alone and
   * keeps nothing.
   */
  readonly again?: (queue: Queue<TestJob, string>) => Promise<Queue<TestJob, string>>
  /** Whether jobs that a queue, gone without closing, had at work are taken by `again` at once. */
  readonly takesOver?: boolean
}

const progress = { image: 0, step: 3, steps: 12, decisions: 'CSS' }

/** What every `Queue` must do. */
export function describeQueue(name: string, { create, again, takesOver = false }: QueueUnderTest): void {
  const open: Queue<TestJob, string>[] = []
  const made = async (limit = 8): Promise<Queue<TestJob, string>> => {
    const queue = await create(limit)
    open.push(queue)
    return queue
  }
  let created = 0
  const job = (id: string, model = 'words'): TestJob => ({
    id,
    model,
    text: `köln "${id}"`,
    createdAt: 1_700_000_000_000 + ++created,
  })
  const never = new AbortController().signal
  const taken = async (
    queue: Queue<TestJob, string>,
    models = ['words'],
  ): Promise<Claim<TestJob, string>> => {
    const claim = await queue.take(models, never)
    if (claim === undefined) throw new Error('nothing was taken')
    return claim
  }
  const aborted = (claim: Claim<TestJob, string>): Promise<void> =>
    new Promise((resolve) => {
      if (claim.signal.aborted) resolve()
      else claim.signal.addEventListener('abort', resolve)
    })

  afterEach(async () => {
    for (const queue of open.splice(0)) await queue.close()
  })

  describe(`Queue: ${name}`, () => {
    it('has nothing at first', async () => {
      const queue = await made()
      expect(queue.version).toBe(1)
      await queue.check()
      expect(await queue.read('a')).toBeUndefined()
      expect(await queue.cancel('a')).toBe(false)
      expect(await queue.remove('a')).toBe(false)
      expect(await queue.stats()).toEqual({ waiting: 0, running: 0, limit: 8, oldestSeconds: 0 })
    })

    it('gives jobs in their order, each once', async () => {
      const queue = await made()
      for (const id of ['a', 'b', 'c']) await queue.submit(job(id))
      expect((await queue.read('a'))?.position).toBe(0)
      expect((await queue.read('c'))?.position).toBe(2)
      const claims = [await taken(queue), await taken(queue), await taken(queue)]
      expect(claims.map((claim) => claim.job.id)).toEqual(['a', 'b', 'c'])
      expect(claims[0]!.job.text).toBe('köln "a"')
      expect(claims[0]!.attempt).toBe(1)
      expect(await queue.stats()).toMatchObject({ waiting: 0, running: 3 })
    })

    it('lists the jobs of a group, the first one first', async () => {
      const queue = await made()
      expect(await queue.list('mine')).toEqual([])
      for (const [id, group] of [
        ['a', 'mine'],
        ['b', 'yours'],
        ['c', 'mine'],
        ['d', 'mine'],
      ] as const)
        await queue.submit({ ...job(id), group })
      await queue.submit(job('e'))
      expect(await queue.list('mine')).toEqual(['a', 'c', 'd'])
      await queue.cancel('a')
      await queue.cancel('c')
      await queue.remove('c')
      expect(await queue.list('mine')).toEqual(['a', 'd'])
      // In the place of the one that was cancelled.
      await queue.submit({ ...job('a'), group: 'mine' })
      expect(await queue.list('mine')).toEqual(['d', 'a'])
      expect(await queue.list('yours')).toEqual(['b'])
    })

    it('gives a worker jobs of its models alone', async () => {
      const queue = await made()
      await queue.submit(job('a', 'other'))
      await queue.submit(job('b', 'words'))
      expect((await taken(queue)).job.id).toBe('b')
      expect((await taken(queue, ['words', 'other'])).job.id).toBe('a')
    })

    it('gives a job to who waits for it, and nothing to who stopped waiting', async () => {
      const queue = await made()
      const stop = new AbortController()
      const stopped = queue.take(['words'], stop.signal)
      stop.abort()
      expect(await stopped).toBeUndefined()
      const waits = taken(queue)
      await queue.submit(job('a'))
      expect((await waits).job.id).toBe('a')
    })

    it('knows what became of a job', async () => {
      const queue = await made()
      await queue.submit(job('a'))
      expect(await queue.read('a')).toMatchObject({ state: 'queued', attempts: 0, job: { id: 'a' } })
      const claim = await taken(queue)
      expect(await queue.read('a')).toMatchObject({ state: 'running', attempts: 1 })
      await claim.progress(progress)
      expect((await queue.read('a'))?.progress).toEqual(progress)
      expect(await claim.complete('done')).toBe(true)
      const record = await queue.read('a')
      expect(record).toMatchObject({ state: 'completed', result: 'done', attempts: 1 })
      expect(record?.finishedAt).toBeGreaterThanOrEqual(record?.startedAt ?? Infinity)
      await queue.submit(job('b'))
      const error = { code: 'model-failed', field: null, message: 'no' }
      expect(await (await taken(queue)).fail(error)).toBe(true)
      expect(await queue.read('b')).toMatchObject({ state: 'failed', error })
    })

    it('tells those who listen', async () => {
      const queue = await made()
      const heard: JobEvent[] = []
      const ended = new Promise<void>((resolve, reject) => {
        queue
          .subscribe('a', (event) => {
            heard.push(event)
            if (event.type === 'ended') resolve()
          })
          .catch(reject)
      })
      await queue.submit(job('a'))
      const claim = await taken(queue)
      const partial = { image: 0, index: 0, blob: 'key.png' }
      await claim.progress(progress)
      await claim.partial(partial)
      await claim.complete('done')
      await ended
      expect(heard).toEqual([
        { type: 'started' },
        { type: 'progress', progress },
        { type: 'partial', partial },
        { type: 'ended', state: 'completed' },
      ])
    })

    it('tells nobody who stopped listening', async () => {
      const queue = await made()
      const heard: JobEvent[] = []
      const stop = await queue.subscribe('a', (event) => heard.push(event))
      stop()
      await queue.submit(job('a'))
      await (await taken(queue)).complete('done')
      expect(heard).toEqual([])
    })

    it('takes an id once, and anew after it came to nothing', async () => {
      const queue = await made()
      const first = job('a')
      expect(await queue.submit(first)).toEqual({ accepted: true, job: first })
      expect(await queue.submit({ ...first, text: 'other' })).toEqual({ accepted: false, job: first })
      await (await taken(queue)).complete('done')
      expect((await queue.submit(first)).accepted).toBe(false)
      await queue.submit(job('b'))
      await queue.cancel('b')
      expect((await queue.submit(job('b'))).accepted).toBe(true)
      await (await taken(queue)).fail({ code: 'x', field: null, message: 'no' })
      expect((await queue.submit(job('b'))).accepted).toBe(true)
      expect((await taken(queue)).attempt).toBe(1)
    })

    it('cancels what waits', async () => {
      const queue = await made()
      await queue.submit(job('a'))
      await queue.submit(job('b'))
      expect(await queue.cancel('a')).toBe(true)
      expect(await queue.cancel('a')).toBe(false)
      expect(await queue.read('a')).toMatchObject({ state: 'cancelled' })
      expect((await taken(queue)).job.id).toBe('b')
    })

    it('cancels what is at work, whose result does not count', async () => {
      const queue = await made()
      await queue.submit(job('a'))
      const claim = await taken(queue)
      expect(claim.signal.aborted).toBe(false)
      expect(await queue.cancel('a')).toBe(true)
      await aborted(claim)
      expect(await claim.complete('done')).toBe(false)
      expect(await claim.fail({ code: 'x', field: null, message: 'no' })).toBe(false)
      const record = await queue.read('a')
      expect(record).toMatchObject({ state: 'cancelled' })
      expect(record?.result).toBeUndefined()
    })

    it('counts one result a job', async () => {
      const queue = await made()
      await queue.submit(job('a'))
      const claim = await taken(queue)
      expect(await claim.complete('one')).toBe(true)
      expect(await claim.complete('two')).toBe(false)
      expect((await queue.read('a'))?.result).toBe('one')
    })

    it('takes back what a worker gives back, before the others', async () => {
      const queue = await made()
      await queue.submit(job('a'))
      await queue.submit(job('b'))
      await (await taken(queue)).release()
      expect(await queue.read('a')).toMatchObject({ state: 'queued', attempts: 0 })
      const claim = await taken(queue)
      expect([claim.job.id, claim.attempt]).toEqual(['a', 1])
    })

    it('refuses more than may wait', async () => {
      const queue = await made(2)
      await queue.submit(job('a'))
      await queue.submit(job('b'))
      const refusal = { code: 'limit-exceeded', field: 'queue' }
      await expect(queue.submit(job('c'))).rejects.toMatchObject(refusal)
      expect((await queue.submit(job('a'))).accepted).toBe(false)
      await taken(queue)
      expect((await queue.submit(job('c'))).accepted).toBe(true)
      const many = await Promise.allSettled(['d', 'e', 'f'].map((id) => queue.submit(job(id))))
      expect(many.every(({ status }) => status === 'rejected')).toBe(true)
    })

    it('forgets what has ended', async () => {
      const queue = await made()
      await queue.submit(job('a'))
      expect(await queue.remove('a')).toBe(false)
      await (await taken(queue)).complete('done')
      expect(await queue.remove('a')).toBe(true)
      expect(await queue.read('a')).toBeUndefined()
    })

    if (again)
      it('knows jobs again', async () => {
        const queue = await made()
        await queue.submit(job('a'))
        await queue.submit(job('b'))
        await queue.submit(job('c'))
        await (await taken(queue)).complete('done')
        await queue.cancel('b')
        const other = await again(queue)
        open.push(other)
        expect(await other.read('a')).toMatchObject({ state: 'completed', result: 'done' })
        expect(await other.read('b')).toMatchObject({ state: 'cancelled' })
        expect((await taken(other)).job.id).toBe('c')
      })

    if (again && takesOver)
      it('gives on what was at work where that ended', async () => {
        const queue = await made()
        await queue.submit(job('a'))
        await queue.submit(job('b'))
        await taken(queue)
        const other = await again(queue)
        open.push(other)
        const claim = await taken(other)
        expect([claim.job.id, claim.attempt]).toEqual(['a', 2])
        expect(await claim.complete('done')).toBe(true)
      })
  })
}
