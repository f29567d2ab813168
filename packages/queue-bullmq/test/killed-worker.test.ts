import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { QueueJob } from '@fastflow/core'
import { redisPolicyStore } from '@fastflow/store-redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noRedis, type RedisServer, startRedis } from '../../store-redis/test/redis-server.ts'
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
})
