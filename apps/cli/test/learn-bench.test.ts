import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cli, temporaryFolder, tinyModels } from './run-cli.ts'

test('one measured run cannot be split, and a model of another architecture is no swapped one', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  // The second call finds what the first one measured.
  const args = ['learn-bench', '--model', 'cifar10', '--metric', 'psnr', '--runs', '1', '--threads', '1']
  expect(await cli(cwd, args)).toMatchObject({
    code: 2,
    log: expect.stringMatching(/--runs: 1 cannot be split/),
  })
  const { code, log } = await cli(cwd, [...args, '--swapped', join(tinyModels, 'words')])
  expect(code).toBe(2)
  expect(log).toMatch(
    /--swapped: .*words is of another architecture, text-to-image of .* instead of class-to-image of \[3,32,32\]/,
  )
})
