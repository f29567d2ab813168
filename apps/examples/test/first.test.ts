import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const programs = join(import.meta.dirname, '../first')
const words = join(import.meta.dirname, '../../../packages/testkit/fixtures/models/words')
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

/** Runs a program as its command line would, in this process; what it prints comes back. */
async function run(name: string, ...args: readonly string[]): Promise<readonly string[]> {
  const printed: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(String(line)))
  const file = join(programs, `${name}.mjs`)
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', file, ...args])
  await import(file)
  return printed
}

it('own-velocity plans from its first run', async () => {
  expect(await run('own-velocity')).toEqual(['evaluated 50 of 50 steps', 'evaluated 10 of 50 steps'])
})

it('text-to-image saves a fox', async () => {
  const file = join(folder, 'fox.png')
  expect(await run('text-to-image', file)).toEqual(['evaluated 12 of 50 steps'])
  expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG')
})

it('calibrate-and-reuse follows the plan of its file', async () => {
  const file = join(folder, 'plan.json')
  expect(await run('calibrate-and-reuse', words, file)).toEqual(['evaluated 8 of 20 steps'])
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ format: 'fastflow-plan' })
})

it('skip-policy follows a policy of its own, and one that learned', async () => {
  const [halves, bandit] = await run('skip-policy')
  expect(halves).toBe('halves: 18 of 48')
  expect(Number(/\d+/.exec(bandit!)?.[0])).toBeLessThan(48)
})

it('all have at most 15 lines of code', async () => {
  const files = await readdir(programs)
  expect(files).toHaveLength(4)
  for (const file of files) {
    const code = (await readFile(join(programs, file), 'utf8')).trim().split('\n')
    expect(code.filter((line) => !/^(\/\/.*)?$/.test(line)).length, file).toBeLessThanOrEqual(15)
  }
})
