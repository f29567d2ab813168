import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describeUpdateJournal } from '@fastflow/testkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileJournal, filePolicyStore } from '../src/index.ts'

const execute = promisify(execFile)
/** No process has this number: Linux stops at 2^22, macOS at 99999, Windows numbers are multiples of four. */
const DEAD = 4_194_305

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterEach(() => rm(folder, { recursive: true }))

describeUpdateJournal('files', async () => filePolicyStore(await mkdtemp(join(folder, 'store-'))).journal!)

const sorted = (updates: readonly unknown[]): number[] => [...(updates as number[])].sort((a, b) => a - b)
const collect = (document: unknown, updates: readonly unknown[]): unknown => [
  ...((document as unknown[] | undefined) ?? []),
  ...updates,
]

async function everything(): Promise<number[]> {
  const { document, updates } = await fileJournal(folder).read('k')
  return sorted(collect(document, updates) as number[])
}

/** Makes the only journal there look like that of a process that has ended. */
async function endWriters(): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.journal'))) {
    const ended = name.replace(/-\d+-/, `-${DEAD}-`)
    await writeFile(join(folder, ended), await readFile(join(folder, name)))
    if (ended !== name) await rm(join(folder, name))
  }
}

describe('several writers', () => {
  it('lose and double nothing, however appends and compactions interleave', async () => {
    const step = fc.record({ writer: fc.nat(2), compacts: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
        const writers = [fileJournal(folder), fileJournal(folder), fileJournal(folder)]
        await Promise.all(
          steps.map(async ({ writer, compacts }, i) => {
            await writers[writer]!.append('k', i)
            if (compacts) await writers[writer]!.compact('k', collect)
          }),
        )
        expect(await everything()).toEqual(steps.map((_, i) => i))
        await rm(folder, { recursive: true })
      }),
      { numRuns: 25 },
    )
    folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  })

  it('see each other, and a later process takes over what ended ones left', async () => {
    await fileJournal(folder).append('k', 1)
    await endWriters()
    const journal = fileJournal(folder)
    await journal.append('k', 2)
    expect(await everything()).toEqual([1, 2])
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await everything()).toEqual([1, 2])
    expect(await readdir(folder)).toEqual(['k.snapshot.json'])
  })

  it('leave the journals of running processes to them', async () => {
    const other = fileJournal(folder)
    await other.append('k', 1)
    expect(await fileJournal(folder).compact('k', collect)).toBe(true)
    await other.append('k', 2)
    expect(await everything()).toEqual([1, 2])
  })
})

describe('a crash', () => {
  it('between writing the snapshot and deleting the journal counts nothing twice', async () => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    const [name] = await readdir(folder)
    const before = await readFile(join(folder, name!))
    await journal.compact('k', collect)
    await writeFile(join(folder, name!), before)
    const snapshot = JSON.parse(await readFile(join(folder, 'k.snapshot.json'), 'utf8'))
    expect(snapshot.folded).toEqual({ [name!.slice(2, -'.journal'.length)]: 1 })
    expect(await everything()).toEqual([1])
  })

  it('in the middle of a line loses that line alone', async () => {
    await fileJournal(folder).append('k', 1)
    const [name] = await readdir(folder)
    await appendFile(join(folder, name!), '{"n":2,"u":')
    await endWriters()
    const journal = fileJournal(folder)
    await journal.append('k', 3)
    expect(await journal.read('k')).toMatchObject({ damaged: 1 })
    expect(await everything()).toEqual([1, 3])
  })

  it('leaves a lock that the next process clears away; one that is held is respected', async () => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    const [name] = await readdir(folder)
    const writer = name!.slice(2, -'.journal'.length)
    await writeFile(join(folder, 'k.lock'), `${writer} living`)
    expect(await journal.compact('k', collect)).toBe(false)
    expect(await everything()).toEqual([1])
    await writeFile(join(folder, 'k.lock'), `${writer.replace(/-\d+-/, `-${DEAD}-`)} dead`)
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toEqual(['k.snapshot.json'])
  })

  it('by kill -9 in the middle of many writes loses nothing acknowledged and corrupts nothing', {
    timeout: 60_000,
  }, async () => {
    const script = fileURLToPath(new URL('../bench/crash.mjs', import.meta.url))
    const { stdout } = await execute(process.execPath, [script, '--kills', '4', '--writes', '200'])
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ kills: 4, lost: 0, doubled: 0, corrupt: 0 })
    expect(result.acknowledged).toBeGreaterThan(0)
  })
})

it.each(['', '{"a": 1', '{"format":"fastflow-journal","version":2}', 'null'])(
  'a snapshot that reads %j is an error that names the file, which stays',
  async (text) => {
    const path = join(folder, 'k.snapshot.json')
    await writeFile(path, text)
    const journal = fileJournal(folder)
    const refusal = {
      code: 'policy-unreadable',
      field: path,
      message: expect.stringMatching(/restore the file/),
    }
    await expect(journal.read('k')).rejects.toMatchObject(refusal)
    await journal.append('k', 1)
    await expect(journal.compact('k', collect)).rejects.toMatchObject(refusal)
    expect(await readFile(path, 'utf8')).toBe(text)
  },
)

it('a folder that cannot be written to is an error that names it', async () => {
  await writeFile(join(folder, 'file'), '')
  const journal = fileJournal(join(folder, 'file', 'sub'))
  await expect(journal.append('k', 1)).rejects.toMatchObject({ code: 'output-unwritable' })
})
