import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileJournal } from '../src/index.ts'
import { canUnshare } from './support/disks.ts'

const execute = promisify(execFile)
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url))
const CONTAINER = ['--pid', '--fork', '--mount-proc', '--kill-child', process.execPath]

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Every process is the first of its container, with the id 1, and is killed while it folds. */
async function killWhileFolding(from: number, count: number): Promise<number> {
  const args = [...CONTAINER, fixture('killed-compaction'), folder, String(from), String(count)]
  const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
    if (said.endsWith('!')) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.on('close', resolve))
  return said.split('.').length - 1
}

async function foldInContainer(update: number): Promise<string> {
  const { stdout } = await execute('unshare', [...CONTAINER, fixture('compaction'), folder, String(update)])
  return stdout.trim()
}

async function everything(): Promise<number[]> {
  const { document, updates } = await fileJournal(folder).read('k')
  return [...((document ?? []) as number[]), ...(updates as number[])].sort((a, b) => a - b)
}

/** Long enough goes by. */
async function passTime(): Promise<void> {
  for (const name of await readdir(folder)) await utimes(join(folder, name), 0, 0)
}

const title = 'in containers, where every process has the id 1'
describe.skipIf(!canUnshare)(canUnshare ? title : `${title} (skipped: unshare --pid needs root)`, () => {
  it('journals of killed processes are folded once and removed, and their locks cleared away', async () => {
    const wanted: number[] = []
    for (let round = 0; round < 4; round++) {
      expect(await killWhileFolding(10 * round, 3)).toBe(3)
      wanted.push(10 * round, 10 * round + 1, 10 * round + 2)
      expect(await everything()).toEqual(wanted)
      await passTime()
      expect(await foldInContainer(10 * round + 9)).toBe('true')
      wanted.push(10 * round + 9)
      expect(await everything()).toEqual(wanted)
      expect(await readdir(folder)).toEqual(['k.snapshot.json'])
    }
  })

  it('the lock of one that may live is respected', async () => {
    await killWhileFolding(0, 1)
    const found = await readdir(folder)
    expect(found).toContain('k.lock')
    // From outside nothing is known of the container, and its lock is fresh.
    expect(await fileJournal(folder).compact('k', () => [])).toBe(false)
    expect(await readdir(folder)).toEqual(found)
  })
})
