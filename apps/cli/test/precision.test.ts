import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { cli, repository, temporaryFolder, tinyModels } from './run-cli.ts'

const models = { models: tinyModels }

it('quantize writes a copy, and bench --compare holds it against the model', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const written = await cli(cwd, ['quantize', 'emoji', '--as', 'int8', '--json'])
  expect(written.log).toMatch(/^quantize emoji/)
  expect(JSON.parse(written.out)).toMatchObject({ out: join(cwd, 'emoji-int8'), as: 'int8' })
  const run = ['--nfe', '6', '--samples', '1', '--threads', '1', '--plans', shippedPlan()]
  const compared = await cli(cwd, ['bench', '--compare', 'emoji', './emoji-int8', ...run, '--json'])
  const { rows } = JSON.parse(compared.out)
  const names = rows.map(({ model, method }: Record<string, string>) => `${model} ${method}`)
  expect(names).toEqual(['emoji full', 'emoji plan-6', 'emoji-int8 full', 'emoji-int8 plan-6'])
  for (const { psnr } of rows) expect(psnr.mean).toBeGreaterThan(25)
  expect(rows[2].psnr.mean).toBeLessThan(70)
})

it('quantize names what is wrong as it was typed', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const refused = async (...args: string[]) => (await cli(cwd, ['quantize', 'emoji', ...args])).log
  expect(await refused('--as', 'int8', '--block', '64')).toContain('fastflow: --block: goes with --as q8')
  expect(await refused('--as', 'q8', '--block', '33')).toContain('fastflow: --block: 33 is none of')
  expect(await refused('--as', 'q8', '--networks', 'none')).toContain('fastflow: --networks: ')
  expect(await refused('--as', 'q8', '--out', '.')).toContain('fastflow: --out: cannot write')
})

it('quantize and bench --compare refuse what is no model or no copy of it', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const quantized = await cli(cwd, ['quantize', 'words', '--as', 'int8', '--out', 'copy'], models)
  // A network this small has nothing that pays.
  expect(quantized).toMatchObject({ code: 1, log: expect.stringContaining('there is nothing to quantise') })
  const wrong = await cli(cwd, ['quantize', 'words', '--as', 'int5'], models)
  expect(wrong.code).toBe(2)
  const twice = [
    'bench',
    '--compare',
    'words',
    join(tinyModels, 'words-motion'),
    '--samples',
    '1',
    '--nfe',
    '6',
  ]
  const other = await cli(cwd, twice, models)
  expect(other).toMatchObject({ code: 2, log: expect.stringMatching(/copies of one model|numFrames|frames/) })
})

it('bench --compare takes no options of other benches, and bench needs a model', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const both = await cli(cwd, ['bench', '--compare', 'words', 'words', '--model', 'words'], models)
  expect(both).toMatchObject({ code: 2, log: expect.stringContaining('--model: does not go with --compare') })
  for (const option of [
    ['--peers'],
    ['--tune', '2'],
    ['--no-oracle'],
    ['--no-plans'],
    ['--generations', '9'],
  ]) {
    const { code, log } = await cli(cwd, ['bench', '--compare', 'words', 'words', ...option], models)
    expect({ code, log }).toEqual({ code: 2, log: `fastflow: ${option[0]}: does not go with --compare` })
  }
  const none = await cli(cwd, ['bench'], models)
  expect(none).toMatchObject({ code: 2, log: expect.stringContaining('--model: is missing') })
})

function shippedPlan(): string {
  const folder = join(repository, 'models/emoji/policies')
  const isPlan = (file: string): boolean =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')).format === 'fastflow-plan'
  return join(folder, readdirSync(folder).find(isPlan)!)
}
