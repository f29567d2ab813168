import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filePolicyStore, replaceFile } from '../src/index.ts'
import { makeFolder } from '../src/make-folder.ts'
import { createOwner } from '../src/owner.ts'

/** No process has this number. */
const DEAD = 4_194_305

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('temporary files', () => {
  const dead = createOwner().replace(/-\d+-/, `-${DEAD}-`)
  const elsewhere = '0000000000000000-1-7-0123456789ab'

  async function leave(name: string, old = false): Promise<void> {
    await writeFile(join(folder, name), 'half')
    if (old) await utimes(join(folder, name), 0, 0)
  }

  it('of processes that have died go with the next write', async () => {
    await leave(`a.json.${dead}.tmp`)
    await leave(`other.png.${dead}.tmp`)
    await leave(`a.lock.${dead}.tmp`)
    await leave(`b.json.${elsewhere}.tmp`, true)
    await leave('c.json.7d444840-9dc0-11d1-b245-5ffdce74fad2.tmp', true)
    await leave('c.lock.7d444840-9dc0-11d1-b245-5ffdce74fad2.stale', true)
    await filePolicyStore(folder).save('a', 1)
    expect(await readdir(folder)).toEqual(['a.json'])
  })

  it('of processes that live, or may, stay, and so do those of others', async () => {
    const names = [
      `a.json.${createOwner()}.tmp`,
      `b.json.${elsewhere}.tmp`,
      'c.json.7d444840-9dc0-11d1-b245-5ffdce74fad2.tmp',
      'mine.tmp',
    ]
    for (const name of names) await leave(name)
    await leave('photo.jpg.7d444840-9dc0-11d1-b245-5ffdce74fad2.tmp', true)
    await replaceFile(join(folder, 'x.txt'), 'x')
    const kept = [...names, 'photo.jpg.7d444840-9dc0-11d1-b245-5ffdce74fad2.tmp', 'x.txt']
    expect(await readdir(folder)).toEqual(kept.sort())
  })
})

it('a damaged document is kept beside the one that replaces it', async () => {
  await writeFile(join(folder, 'abc.json'), '{"a": 1')
  const store = filePolicyStore(folder)
  await store.load('abc').catch(() => {})
  await store.save('abc', { a: 2 })
  const names = await readdir(folder)
  expect(names).toEqual(['abc.json', expect.stringMatching(/^abc\.json\.\d+\.damaged$/)])
  expect(await readFile(join(folder, names[1]!), 'utf8')).toBe('{"a": 1')
})

describe('makeFolder', () => {
  it('makes what is missing, several at once', async () => {
    const path = join(folder, 'a', 'b', 'c')
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(folder, 'a', 'd'))])
    expect(await readdir(join(folder, 'a'))).toEqual(['b', 'd'])
  })

  it.skipIf(!existsSync('/proc/self'))('ends under /proc too, where no folder can be made', async () => {
    await expect(makeFolder('/proc/fastflow/policies')).rejects.toMatchObject({ code: 'ENOENT' })
    const store = filePolicyStore('/proc/fastflow')
    const refusal = {
      code: 'output-unwritable',
      message: expect.stringContaining('choose a writable folder'),
    }
    await expect(store.save('a', 1)).rejects.toMatchObject(refusal)
    await expect(store.check!()).rejects.toMatchObject(refusal)
    await expect(store.journal!.append('k', 1)).rejects.toMatchObject(refusal)
    await expect(store.journal!.compact('k', () => 1)).rejects.toMatchObject(refusal)
    expect(await store.load('a')).toBeUndefined()
  })

  it('says what is in the way', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeFolder(join(folder, 'file', 'sub'))).rejects.toThrow()
  })
})
