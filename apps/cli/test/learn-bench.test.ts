import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cli, repository, temporaryFolder } from './run-cli.ts'

test('one measured run cannot be split', { timeout: 60_000 }, async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const args = ['learn-bench', '--model', 'cifar10', '--metric', 'psnr', '--runs', '1', '--threads', '1']
  expect(await cli(cwd, args)).toMatchObject({
    code: 2,
    log: expect.stringMatching(/--runs: 1 cannot be split/),
  })
})

test('a model of another architecture is no swapped one', { timeout: 60_000 }, async () => {
  const swapped = join(repository, 'packages/testkit/fixtures/models/words')
  const cwd = await temporaryFolder(onTestFinished)
  const args = ['learn-bench', '--model', 'cifar10', '--metric', 'psnr', '--runs', '1', '--threads', '1']
  const { code, log } = await cli(cwd, [...args, '--swapped', swapped])
  expect(code).toBe(2)
  expect(log).toMatch(
    /--swapped: .*words is of another architecture, text-to-image of .* instead of class-to-image of \[3,32,32\]/,
  )
})
