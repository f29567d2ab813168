import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { memoryJournal, memoryPolicyStore, type PolicyStore } from '@fastflow/core'
import { loadPipeline, type Pipeline, policyDigest } from '@fastflow/pipelines'
import { createServer, type FastFlowServer, type Job, type JobResult } from '@fastflow/server'
import { type RedisPolicyStore, redisPolicyStore } from '@fastflow/store-redis'
import { fixtures } from '@fastflow/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noRedis, type RedisServer, startRedis } from '../../store-redis/test/redis-server.ts'
import { bullmqQueue } from '../src/index.ts'

const backend = nodeBackend({ threads: 1 })
const folder = fileURLToPath(new URL('models/words/', fixtures))
const load = (store: PolicyStore): Promise<Pipeline> => loadPipeline(folder, { backend, store })

/** One machine of a fleet. */
interface Machine {
  readonly pipe: Pipeline
  readonly store: RedisPolicyStore
  readonly server: FastFlowServer
  ask(body: object): Promise<Answer>
  leave(): Promise<void>
}

interface Answer {
  readonly policy: string | null
  readonly images: readonly { readonly evaluated: number; readonly decisions: string }[]
}

let redis: RedisServer
const pipes: Pipeline[] = []

beforeAll(async () => {
  if (noRedis === undefined) redis = await startRedis()
})
afterAll(async () => {
  for (const pipe of pipes) await pipe.dispose()
  await redis?.stop()
})

async function machine(): Promise<Machine> {
  const client = redis.connect()
  const queue = bullmqQueue<Job, JobResult>(client)
  const store = redisPolicyStore(client)
  const pipe = await load(store)
  pipes.push(pipe)
  const server = await createServer({ models: { words: pipe }, queue, store, once: store.once })
  const base = await server.listen({ port: 0 })
  await server.ready()
  return {
    pipe,
    store,
    server,
    async ask(body) {
      const answer = await fetch(`${base}/v1/images/generations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ prompt: 'red', ...body }),
      })
      const { fastflow } = (await answer.json()) as { fastflow: Answer }
      return fastflow
    },
    async leave() {
      await server.close(0)
      await queue.close()
    },
  }
}

describe.skipIf(noRedis)(`a worker that joins a fleet ${noRedis ?? ''}`, () => {
  it('follows the shared plan from its first request, and chooses as one that has seen all', async () => {
    const veteran = await machine()
    await veteran.pipe.calibrate({ budgets: [6], evaluations: 200 })
    const planned = { seed: 5, fastflow: { accelerate: 'plan', nfe: 6 } }
    const before = await veteran.ask(planned)
    expect(before).toMatchObject({ policy: expect.any(String), images: [{ evaluated: 6 }] })
    const paper = { fastflow: { accelerate: 'paper' } }
    for (let seed = 0; seed < 20; seed++) await veteran.ask({ ...paper, seed })
    await veteran.leave()

    const newcomer = await machine()
    const first = await newcomer.ask(planned)
    expect(first.policy).toBe(before.policy)
    expect(first.images[0]!.decisions).toBe(before.images[0]!.decisions)
    for (let seed = 20; seed < 40; seed++) await newcomer.ask({ ...paper, seed })
    await newcomer.leave()

    const learned = await newcomer.pipe.generate('red', { accelerate: 'paper', seed: 99 })
    const digest = policyDigest(learned.policy!.key)
    const { document, updates } = await newcomer.store.journal.read(digest)
    // Nothing is folded yet, and its own run is the last one.
    expect([document, updates.length]).toEqual([undefined, 41])
    const journal = memoryJournal()
    for (const update of updates.slice(0, -1)) await journal.append(digest, update)
    const all = await load({ ...memoryPolicyStore(), journal })
    pipes.push(all)
    const expected = await all.generate('red', { accelerate: 'paper', seed: 99 })
    expect(learned.items[0]!.stats.decisions).toBe(expected.items[0]!.stats.decisions)
    expect(learned.items[0]!.stats.nfe).toBeLessThan(learned.items[0]!.stats.steps)
    expect(JSON.stringify(learned.policy)).toBe(JSON.stringify(expected.policy))
  })
})
