import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filePolicyStore } from '../src/index.ts'
import { canMount, makeReadOnly, mountDisk } from './support/disks.ts'

const suffix = canMount ? '' : ' (skipped: mounting needs root)'

describe.skipIf(!canMount)(`a full or read-only disk${suffix}`, () => {
  let folder = ''
  let unmount = () => {}
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
    unmount = mountDisk(folder, '64k')
  })
  afterEach(async () => {
    unmount()
    await rm(folder, { recursive: true })
  })

  const collect = (document: unknown, updates: readonly unknown[]): unknown => [
    ...((document as unknown[] | undefined) ?? []),
    ...updates,
  ]
  const unwritable = {
    code: 'output-unwritable',
    message: expect.stringContaining('choose a writable folder'),
  }

  it('that is full is an error of its own kind, leaves nothing behind and loses no update', async () => {
    const store = filePolicyStore(folder)
    const journal = store.journal!
    await store.save('a', { old: true })
    await journal.append('k', 1)
    await writeFile(join(folder, 'filler'), Buffer.alloc(65536)).catch(() => {})
    const before = await readdir(folder)
    await expect(store.save('a', { filler: 'x'.repeat(9000) })).rejects.toMatchObject(unwritable)
    await expect(store.check!()).rejects.toMatchObject(unwritable)
    await expect(journal.compact('k', collect)).rejects.toMatchObject(unwritable)
    await expect(filePolicyStore(folder).journal!.append('k', 2)).rejects.toMatchObject(unwritable)
    expect(await readdir(folder)).toEqual(before)
    expect(await store.load('a')).toEqual({ old: true })
    expect(await journal.read('k')).toEqual({ document: undefined, updates: [1], damaged: 0 })
    await rm(join(folder, 'filler'))
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await journal.read('k')).toMatchObject({ document: [1], updates: [] })
  })

  it('that is read-only can be read', async () => {
    const store = filePolicyStore(folder)
    const journal = store.journal!
    await store.save('a', 1)
    await journal.append('k', 1)
    await writeFile(join(folder, 'broken.snapshot.json'), 'x')
    makeReadOnly(folder)
    expect(await store.load('a')).toBe(1)
    expect(await journal.read('k')).toMatchObject({ updates: [1] })
    const { notes } = await journal.read('broken')
    expect(notes).toEqual([expect.stringContaining('is passed over; it stays')])
    for (const attempt of [
      () => store.save('a', 2),
      () => store.check!(),
      () => journal.append('k', 2),
      () => journal.compact('k', collect),
    ])
      await expect(attempt()).rejects.toMatchObject(unwritable)
    expect(await journal.read('k')).toMatchObject({ updates: [1] })
  })
})
