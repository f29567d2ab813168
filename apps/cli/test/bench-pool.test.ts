import type { CoverageRow, GuardRow } from '@fastflow/bench'
import { expect, onTestFinished, test } from 'vitest'
import { cli, tinyModels as models, temporaryFolder } from './run-cli.ts'

test('bench --guard --coverage runs the plans on a pool once and prints both', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const args = ['--model', 'words', '--steps', '16', '--samples', '2', '--threads', '1']
  const { code, out } = await cli(cwd, ['bench', ...args, '--guard', '--coverage', '--json'], {
    models,
  })
  expect(code).toBe(0)
  const printed: { guards: GuardRow[]; coverage: CoverageRow[] } = JSON.parse(out)
  const at10 = printed.guards.filter(({ budget }) => budget === 10)
  expect(at10.map(({ guard }) => guard)).toEqual([
    ...['static', 'early', 'mixture', 'mismatch', 'sensitivity', 'context', 'foresight'],
  ])
  for (const { nfe } of at10) expect(nfe).toBeLessThanOrEqual(10)
  expect(printed.coverage.map(({ psnr, test: count }) => [psnr, count])).toContainEqual([35, 1])
})
