import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { cli, temporaryFolder } from './run-cli.ts'

const models = fileURLToPath(new URL('../../../models', import.meta.url))

let cwd: string
beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

test('measure: scores of every plan, kept for targets and written where asked', async () => {
  const args = ['measure', '--model', 'cifar10', '--metric', 'psnr', '--threads', '1', '--json', '--out', '.']
  const { code, out, log } = await cli(cwd, [...args, '--runs', '1'])
  expect(code).toBe(0)
  const result = JSON.parse(out)
  expect(result).toMatchObject({
    metric: 'psnr',
    proxy: { version: 'psnr/1' },
    runs: 1,
    upTo: 0.05,
    floor: { runs: 1 },
  })
  const shipped = JSON.parse(
    await readFile(join(models, 'cifar10', 'policies', `${result.key}.json`), 'utf8'),
  )
  const evaluations = (plans: { nfe: number }[]): number[] => plans.map(({ nfe }) => nfe)
  expect(evaluations(result.plans)).toEqual(evaluations(shipped.plans))
  for (const { mean, worst } of result.plans) expect(worst).toBeCloseTo(mean, 9)
  const file = (await readdir(cwd)).find((name) => name.endsWith('.json'))!
  expect(log).toContain(file)
  expect(JSON.parse(await readFile(join(cwd, file), 'utf8')).runs).toHaveLength(1)
  const again = await cli(cwd, [...args, '--runs', '1'])
  expect(again.out).toBe(out)
})

test.skipIf(!existsSync('/dev/full'))(
  'a log that cannot be written any more costs one note, and no image',
  async () => {
    const args = ['generate', '--model', 'emoji', '--prompt', 'owl', '--accelerate', 'auto', '--lpips', '0.1']
    const { code, log } = await cli(cwd, [...args, '--count', '2', '--measure', '0', '--log', '/dev/full'])
    expect(code).toBe(0)
    expect(
      log.match(/the decision cannot be logged: --log: cannot write \/dev\/full \(ENOSPC\)/g),
    ).toHaveLength(1)
    expect(await readdir(join(cwd, 'out'))).toHaveLength(2)
  },
)

const target = ['generate', '--model', 'cifar10', '--class', 'cat', '--lpips', '0.05']

test.each([
  ['--lpips without acceleration', target, /--lpips: goes with --accelerate auto or plan, not off/],
  ['--lpips and --nfe', [...target, '--accelerate', 'plan', '--nfe', '8'], /excludes --nfe/],
  ['--lpips and --psnr', [...target, '--accelerate', 'auto', '--psnr', '30'], /excludes --psnr/],
  ['--lpips 0', ['generate', '--model', 'cifar10', '--class', 'cat', '--lpips', '0'], /--lpips/],
  ['an unknown mode', [...target, '--mode', 'off'], /--mode: "off" is not one of on, canary, shadow/],
  [
    'an unknown bandit',
    [...target, '--accelerate', 'auto', '--choose', 'learned', '--bandit', 'ucb9'],
    /--bandit: "ucb9" is not one of lin-ucb, lin-ts, discounted-ucb, sliding-window-ucb/,
  ],
  [
    'a bandit that would not be asked',
    [...target, '--accelerate', 'auto', '--bandit', 'lin-ts'],
    /--bandit: goes with --choose learned, not certified/,
  ],
  [
    'a bound on what is certified',
    [...target, '--accelerate', 'auto', '--conservative', '0.1'],
    /--conservative: goes with --choose learned/,
  ],
  [
    '--log without --lpips',
    ['generate', '--model', 'cifar10', '--class', 'cat', '--log', 'x'],
    /--log: goes with --lpips/,
  ],
  ['an unknown metric', ['measure', '--model', 'cifar10', '--metric', 'fid'], /--metric/],
])('%s is bad usage', async (_, args, problem) => {
  const { code, log } = await cli(cwd, args)
  expect(log).toMatch(problem)
  expect(code).toBe(2)
})
