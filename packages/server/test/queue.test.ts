import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileJournal } from '@fastflow/backend-node'
import { memoryJournal, type QueueJob } from '@fastflow/core'
import { describeBlobStore, describeQueue } from '@fastflow/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderBlobs, memoryBlobs, memoryQueue } from '../src/index.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-queue-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describeQueue('in memory', { create: (limit) => memoryQueue({ limit }) })

{
  let journal = memoryJournal()
  describeQueue('in memory with a journal', {
    create(limit) {
      journal = memoryJournal()
      return memoryQueue({ limit, journal })
    },
    again: () => memoryQueue({ journal }),
    takesOver: true,
  })
}

{
  let last = ''
  let count = 0
  describeQueue('in memory with a journal of files', {
    create(limit) {
      last = join(folder, `journal-${count++}`)
      return memoryQueue({ limit, journal: fileJournal(last) })
    },
    again: () => memoryQueue({ journal: fileJournal(last) }),
    takesOver: true,
  })
}

describeBlobStore('in memory', () => memoryBlobs())
describeBlobStore('in a folder', () => folderBlobs(join(folder, 'blobs')))

describe('memoryQueue', () => {
  const job = (id: string, createdAt = Date.now()) => ({ id, model: 'words', createdAt })
  const never = new AbortController().signal

  it('gives up a job that ended its process three times', async () => {
    const journal = memoryJournal()
    await (await memoryQueue<QueueJob, string>({ journal })).submit(job('a'))
    for (let k = 1; k <= 3; k++)
      expect((await (await memoryQueue<QueueJob, string>({ journal })).take(['words'], never))?.attempt).toBe(
        k,
      )
    expect(await (await memoryQueue<QueueJob, string>({ journal })).read('a')).toMatchObject({
      state: 'failed',
      error: { code: 'model-failed' },
    })
  })

  it('forgets what came of a job after its time', async () => {
    const journal = memoryJournal()
    const queue = await memoryQueue<QueueJob, string>({ journal, keepSeconds: 1e-6 })
    await queue.submit(job('a'))
    await (await queue.take(['words'], never))?.complete('done')
    await new Promise((resolve) => setTimeout(resolve, 2))
    expect(await queue.read('a')).toBeUndefined()
    expect(
      await (await memoryQueue<QueueJob, string>({ journal, keepSeconds: 1e-6 })).read('a'),
    ).toBeUndefined()
  })

  it('refuses a job that cannot be written down, and goes on', async () => {
    const journal = memoryJournal()
    let full = true
    const queue = await memoryQueue<QueueJob, string>({
      journal: {
        ...journal,
        append: async (key, update) => {
          if (full) throw new Error('disk full')
          return journal.append(key, update)
        },
      },
      onNote: (note) => notes.push(note),
    })
    const notes: string[] = []
    await expect(queue.submit(job('a'))).rejects.toThrow('disk full')
    expect(await queue.read('a')).toBeUndefined()
    full = false
    await queue.submit(job('a'))
    full = true
    const claim = await queue.take(['words'], never)
    expect(await claim?.complete('done')).toBe(true)
    expect(await queue.read('a')).toMatchObject({ result: 'done' })
    expect(notes[0]).toContain('disk full')
  })

  it('keeps its journal short', async () => {
    const journal = memoryJournal()
    const queue = await memoryQueue<QueueJob, string>({ journal, limit: 1000 })
    for (let k = 0; k < 600; k++) await queue.submit(job(`job-${k}`))
    await queue.close()
    expect((await journal.read('jobs')).updates.length).toBeLessThan(256)
    const stats = await (await memoryQueue<QueueJob, string>({ journal, limit: 1000 })).stats()
    expect(stats.waiting).toBe(600)
  })
})
