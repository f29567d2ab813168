import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { QueueJob } from '@fastflow/core'
import { redisPolicyStore } from '@fastflow/store-redis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { noRedis, type RedisServer, startRedis } from '../../store-redis/test/redis-server.ts'
import { fold, replay } from '../bench/learned.mjs'
import { bullmqQueue } from '../src/index.ts'

const file = fileURLToPath(new URL('worker-process.mjs', import.meta.url))
const prefix = 'killed:'

let server: RedisServer
const workers: ChildProcess[] = []

beforeAll(async () => {
  if (noRedis === undefined) server = await startRedis()
})
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL')
  await server?.stop()
})

/** A worker process, once it has learned from its job. */
async function working(): Promise<{ readonly worker: ChildProcess; readonly message: unknown }> {
  const worker = fork(file, [String(server.client.options.port), prefix], { execArgv: [] })
  workers.push(worker)
  const failed = once(worker, 'exit').then(([code]) => {
    throw new Error(`the worker ended with ${code}`)
  })
  const [message] = await Promise.race([once(worker, 'message'), failed])
  // Killed on purpose from here on.
  failed.catch(() => {})
  return { worker, message }
}

describe.skipIf(noRedis)(`a worker that is killed ${noRedis ?? ''}`, () => {
  it('leaves its job to another: one result, and one reward', async () => {
    const queue = bullmqQueue<QueueJob, string>(server.client, { prefix })
    await queue.submit({ id: 'a', model: 'words', createdAt: Date.now() })
    const first = await working()
    expect(first.message).toEqual({ id: 'a', attempt: 1 })
    first.worker.kill('SIGKILL')
    const second = await working()
    expect(second.message).toEqual({ id: 'a', attempt: 2 })
    const ended = once(second.worker, 'exit')
    second.worker.send('complete')
    expect(await ended).toEqual([0, null])
    expect(await queue.read('a')).toMatchObject({ state: 'completed', result: 'attempt 2', attempts: 2 })
    expect(await queue.stats()).toMatchObject({ waiting: 0, running: 0 })
    const { updates } = await redisPolicyStore(server.client, { prefix }).journal.read('learned')
    expect(updates).toEqual([{ reward: 1 }])
    await queue.close()
  })

  it('among others costs nothing of what all have learned: the same bits as one worker that has seen all', async () => {
    const shared = 'shared:'
    const queue = bullmqQueue<QueueJob, string>(server.client, { prefix: shared, lockSeconds: 1, limit: 100 })
    const ids = Array.from({ length: 90 }, (_, n) => `job-${n}`)
    for (const id of ids) await queue.submit({ id, model: 'words', createdAt: Date.now() })
    const file = fileURLToPath(new URL('../bench/worker.mjs', import.meta.url))
    const start = (): ChildProcess => {
      const worker = fork(file, [String(server.client.options.port), shared], { execArgv: [] })
      workers.push(worker)
      return worker
    }
    const first = start()
    start()
    const left = async (): Promise<number> => {
      const { waiting, running } = await queue.stats()
      return waiting + running
    }
    await vi.waitFor(async () => expect(await left()).toBeLessThan(60), { timeout: 20_000, interval: 5 })
    first.kill('SIGKILL')
    start()
    await vi.waitFor(async () => expect(await left()).toBe(0), { timeout: 20_000 })
    const { document, updates } = await redisPolicyStore(server.client, { prefix: shared }).journal.read(
      'learned',
    )
    const { log, state } = fold(document, updates)
    expect([...log].sort()).toEqual([...ids].sort())
    expect(JSON.stringify(state)).toBe(JSON.stringify(replay(log)))
    expect((document as { log: string[] }).log.length).toBeGreaterThan(0)
    await queue.close()
  })
})
