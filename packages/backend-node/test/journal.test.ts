import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describeUpdateJournal } from '@fastflow/testkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileJournal, filePolicyStore } from '../src/index.ts'
import { createOwner } from '../src/owner.ts'

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

/** Makes a file look as if it had last been written that long ago. */
async function silence(path: string, seconds: number): Promise<void> {
  const then = (await stat(path)).mtime.getTime() / 1000 - seconds
  await utimes(path, then, then)
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

  it('by kill -9 in the middle of many writes loses nothing acknowledged and corrupts nothing', async () => {
    const script = fileURLToPath(new URL('../bench/crash.mjs', import.meta.url))
    const { stdout } = await execute(process.execPath, [script, '--kills', '4', '--writes', '200'])
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ kills: 4, lost: 0, doubled: 0, corrupt: 0 })
    expect(result.acknowledged).toBeGreaterThan(0)
  })
})

describe('a damaged snapshot', () => {
  const path = () => join(folder, 'k.snapshot.json')

  it.each([
    '',
    '{"a": 1',
    '{"format":"fastflow-journal","version":1}',
    'null',
    '{"format":"fastflow-journal","version":1,"folded":{"x":"y"}}',
  ])('that reads %j is kept for inspection, said once, and learning goes on', async (text) => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    await writeFile(path(), text)
    const { notes = [], ...content } = await journal.read('k')
    expect(content).toEqual({ document: undefined, updates: [1], damaged: 0 })
    expect(notes).toEqual([expect.stringContaining(`${path()} could not be read`)])
    const kept = (await readdir(folder)).filter((name) => name.endsWith('.damaged'))
    expect(await Promise.all(kept.map((name) => readFile(join(folder, name), 'utf8')))).toEqual([text])
    expect(notes[0]).toContain(kept[0])
    expect(await journal.read('k')).toEqual({ document: undefined, updates: [1], damaged: 0 })
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await everything()).toEqual([1])
  })

  it('that a compaction comes upon is kept too, and the next read says so', async () => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    await writeFile(path(), 'x')
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await journal.read('k')).toMatchObject({ document: [1], notes: [expect.stringContaining(path())] })
  })

  it('of a later version is none: it stays, and the error says what to do', async () => {
    const text = '{"format":"fastflow-journal","version":2}'
    await writeFile(path(), text)
    const journal = fileJournal(folder)
    const refusal = {
      code: 'policy-unreadable',
      field: path(),
      message: expect.stringMatching(/restore the file/),
    }
    await expect(journal.read('k')).rejects.toMatchObject(refusal)
    await journal.append('k', 1)
    await expect(journal.compact('k', collect)).rejects.toMatchObject(refusal)
    expect(await readFile(path(), 'utf8')).toBe(text)
  })
})

describe('lines that are not of the writer', () => {
  it.each([
    '{"n":9999,"u":{}}',
    '{"n":2,"c":"00000000","u":5}',
    'null',
    '[]',
    '{"n":-1,"u":0}',
    '{"n":2}',
    '\u0000',
  ])('%j is counted and passed over, and nothing after it is lost', async (line) => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    const [name] = await readdir(folder)
    await appendFile(join(folder, name!), `${line}\n`)
    await journal.append('k', 2)
    expect(await journal.read('k')).toEqual({ document: undefined, updates: [1, 2], damaged: 1 })
    expect(await journal.compact('k', collect)).toBe(true)
    await journal.append('k', 3)
    expect(await everything()).toEqual([1, 2, 3])
  })

  it('are those that changed on disk', async () => {
    const journal = fileJournal(folder)
    for (const update of [11, 22, 33]) await journal.append('k', update)
    const [name] = await readdir(folder)
    const path = join(folder, name!)
    await writeFile(path, (await readFile(path, 'utf8')).replace('22', '72'))
    expect(await journal.read('k')).toEqual({ document: undefined, updates: [11, 33], damaged: 1 })
  })

  it('may be of an earlier version, which wrote no check', async () => {
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
    await writeFile(
      join(folder, `k.${host}-${DEAD}-0123456789ab.journal`),
      '{"n":1,"u":1}\n{"n":2,"u":2}\n{"n":3,',
    )
    const journal = fileJournal(folder)
    expect(await journal.read('k')).toEqual({ document: undefined, updates: [1, 2], damaged: 1 })
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toEqual(['k.snapshot.json'])
    expect(await everything()).toEqual([1, 2])
  })
})

it('what is no file in the place of one stops nothing', async () => {
  const journal = fileJournal(folder)
  await journal.append('k', 1)
  await mkdir(join(folder, `k.${createOwner()}.journal`))
  await mkdir(join(folder, 'k.snapshot.json'))
  await symlink('nowhere', join(folder, `k.${createOwner()}.journal`))
  const content = await journal.read('k')
  expect(content).toMatchObject({
    updates: [1],
    damaged: 1,
    notes: [expect.stringContaining('it is a folder')],
  })
  expect(await journal.compact('k', collect)).toBe(true)
  await journal.append('k', 2)
  expect(await everything()).toEqual([1, 2])
})

describe('a writer nobody here can ask about', () => {
  /** Makes the only journal there look like that of another machine, boot or container. */
  async function moveElsewhere(place = 'k.0000000000000000'): Promise<string> {
    const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.journal'))
    const elsewhere = name.replace(/^k\.[0-9a-f]{16}/, place)
    await rename(join(folder, name), join(folder, elsewhere))
    return join(folder, elsewhere)
  }

  it('keeps its journal while it may live, and loses it to the next one after three minutes of silence', async () => {
    await fileJournal(folder).append('k', 1)
    const path = await moveElsewhere()
    const journal = fileJournal(folder)
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toContain(basename(path))
    expect(await everything()).toEqual([1])
    await silence(path, 100)
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toContain(basename(path))
    await silence(path, 200)
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toEqual(['k.snapshot.json'])
    expect(await everything()).toEqual([1])
  })

  it('in another container of the same machine loses it after 15 seconds', async () => {
    await fileJournal(folder).append('k', 1)
    const [, boot] = /^k\.([0-9a-f]{8})/.exec((await readdir(folder))[0]!)!
    const path = await moveElsewhere(`k.${boot}00000000`)
    const journal = fileJournal(folder)
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toContain(basename(path))
    await silence(path, 20)
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toEqual(['k.snapshot.json'])
  })

  it('that lives after all notices, and its next update counts once', async () => {
    const sleeper = fileJournal(folder)
    await sleeper.append('k', 1)
    const [name = ''] = await readdir(folder)
    // What the other does: it takes the file away, folds it, and removes it.
    await rename(join(folder, name), join(folder, name.replace('.journal', '.01234567.journal')))
    await sleeper.append('k', 2)
    expect(await everything()).toEqual([1, 2])
    expect(await fileJournal(folder).compact('k', collect)).toBe(true)
    expect(await everything()).toEqual([1, 2])
    await sleeper.append('k', 3)
    expect(await everything()).toEqual([1, 2, 3])
  })

  it('whose line lies in both files counts it once', async () => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    await journal.append('k', 2)
    const [name = ''] = await readdir(folder)
    const text = await readFile(join(folder, name), 'utf8')
    await writeFile(join(folder, name.replace('.journal', '.01234567.journal')), text)
    expect(await everything()).toEqual([1, 2])
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await everything()).toEqual([1, 2])
  })
})

describe('a lock', () => {
  it.each(['', 'nobody', '{}'])('that names nobody, %j, is cleared away', async (content) => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    await writeFile(join(folder, 'k.lock'), content)
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toEqual(['k.snapshot.json'])
  })

  it('of a process that has the same number but started at another time is cleared away', async () => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    const [name = ''] = await readdir(folder)
    const [place, pid, start, random] = name.slice(2, -'.journal'.length).split('-')
    if (start === '0') return
    await writeFile(join(folder, 'k.lock'), `${place}-${pid}-${Number(start) - 1}-${random} dead`)
    expect(await journal.compact('k', collect)).toBe(true)
  })

  it('of somewhere else holds for three minutes without a sign of life', async () => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    const path = join(folder, 'k.lock')
    await writeFile(path, '0000000000000000-1-7-0123456789ab elsewhere')
    expect(await journal.compact('k', collect)).toBe(false)
    await silence(path, 100)
    expect(await journal.compact('k', collect)).toBe(false)
    await silence(path, 200)
    expect(await journal.compact('k', collect)).toBe(true)
    expect(await readdir(folder)).toEqual(['k.snapshot.json'])
  })

  it('that was lost while folding leaves everything as it was', async () => {
    const journal = fileJournal(folder)
    await journal.append('k', 1)
    const seized = (document: unknown, updates: readonly unknown[]): unknown => {
      writeFileSync(join(folder, 'k.lock'), '0000000000000000-1-7-0123456789ab another')
      return collect(document, updates)
    }
    expect(await journal.compact('k', seized)).toBe(false)
    expect(await journal.read('k')).toMatchObject({ document: undefined, updates: [1] })
    expect(await readFile(join(folder, 'k.lock'), 'utf8')).toContain('another')
  })
})

it('a folder that cannot be written to is an error that names it', async () => {
  await writeFile(join(folder, 'file'), '')
  const journal = fileJournal(join(folder, 'file', 'sub'))
  await expect(journal.append('k', 1)).rejects.toMatchObject({ code: 'output-unwritable' })
})
