import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchCost } from '@fastflow/bench'
import { expect, onTestFinished, test } from 'vitest'
import { openBenchLog } from '../src/bench-log.ts'
import { cli, interruptAt, repository, temporaryFolder, tinyModels } from './run-cli.ts'

const spent = (samples: number): BenchCost => ({ learning: 0, planning: 0, oracle: 0, tuning: 0, samples })

test('a log gives back what was finished, and drops a line that a crash cut short', async () => {
  const path = join(await temporaryFolder(onTestFinished), 'log')
  const terms = { model: 'a', budgets: [3, 5] }
  const first = await openBenchLog(path, terms)
  expect(first).toMatchObject({ found: 0, cost: undefined })
  await first.once(
    'one',
    async () => ({ value: 1 }),
    () => spent(7),
  )
  await appendFile(path, '{"key":"two","part":{"val')
  const second = await openBenchLog(path, terms)
  expect(second).toMatchObject({ found: 1, cost: spent(7) })
  const again = async (): Promise<never> => expect.unreachable('was finished')
  expect(await second.once('one', again, () => spent(7))).toEqual({ value: 1 })
  await second.once(
    'two',
    async () => 2,
    () => spent(9),
  )
  expect((await openBenchLog(path, terms)).cost).toEqual(spent(9))
  await second.remove()
  await expect(readFile(path)).rejects.toThrow()
})

test('a log of another bench or another kind of file is refused, and left as it is', async () => {
  const path = join(await temporaryFolder(onTestFinished), 'log')
  await (await openBenchLog(path, { samples: 64 })).once(
    'one',
    async () => 1,
    () => spent(1),
  )
  await expect(openBenchLog(path, { samples: 32 })).rejects.toMatchObject({
    code: 'policy-mismatch',
    message: expect.stringContaining('other samples'),
  })
  for (const text of ['no JSON\n', '{"a":1}\n', 'one line without an end']) {
    await writeFile(path, text)
    await expect(openBenchLog(path, {})).rejects.toMatchObject({ code: 'policy-unreadable' })
    expect(await readFile(path, 'utf8')).toBe(text)
  }
})

test('damaged lines cost their parts alone, and a log that cannot be written to costs a note', async () => {
  const path = join(await temporaryFolder(onTestFinished), 'log')
  const notes: string[] = []
  const open = () => openBenchLog(path, {}, (note) => notes.push(note))
  const log = await open()
  for (const key of ['one', 'two'])
    await log.once(
      key,
      async () => key,
      () => spent(1),
    )
  const [head, first] = (await readFile(path, 'utf8')).split('\n')
  await writeFile(path, `${head}\n{"n":9999,"u":{}}\nnull\n{"key":"t\n${first}\n`)
  const again = await open()
  expect(again).toMatchObject({ found: 1, damaged: 3 })
  await rm(path)
  await mkdir(path)
  const make = async () => 'anew'
  expect(await again.once('one', make, () => spent(2))).toBe('one')
  for (const key of ['two', 'three']) expect(await again.once(key, make, () => spent(2))).toBe('anew')
  expect(notes).toEqual([expect.stringMatching(/^--checkpoint: cannot write .*; the bench goes on without$/)])
})

test.each([
  // All there is, on a flow that is straight, and what is cheap on one that is curved, where methods differ.
  { model: 'words', models: tinyModels, quick: ['--tune', '1'] },
  { model: 'cifar10', models: join(repository, 'models'), quick: ['--tune', '0', '--no-oracle'] },
])(
  'an interrupted bench of $model goes on and comes to the same figures and counts',
  async ({ model, models, quick }) => {
    const cwd = await temporaryFolder(onTestFinished)
    const shape = ['--model', model, '--steps', '10', '--samples', '2', '--nfe', '3', '--generations', '2']
    const bench = [
      'bench',
      ...shape,
      '--guidance',
      '1',
      ...quick,
      '--threads',
      '1',
      '--json',
      '--checkpoint',
      'log',
    ]
    const straight = JSON.parse((await cli(cwd, bench, { models })).out)
    const interrupted = await cli(cwd, bench, { models, ...interruptAt(/sample 1 of 2/) })
    expect(interrupted.code).not.toBe(0)
    const kept = await readFile(join(cwd, 'log'), 'utf8')
    expect(kept).toContain('"sample 0"')
    expect(kept).not.toContain('"sample 1"')
    const resumed = await cli(cwd, bench, { models })
    expect(resumed.log).toContain('going on from')
    const document = JSON.parse(resumed.out)
    expect(document.evaluations).toEqual(straight.evaluations)
    for (const [i, row] of document.rows.entries()) {
      const { method, nfe, psnr, exact, harm, skips } = straight.rows[i]
      expect(row).toMatchObject({ method, nfe, psnr, exact, harm, skips })
    }
  },
)
