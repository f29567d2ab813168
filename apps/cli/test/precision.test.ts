import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { cli, temporaryFolder, tinyModels } from './run-cli.ts'

const models = { models: tinyModels }

it('quantize writes a copy, and bench --compare holds it against the model', async () => {
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
  const none = await cli(cwd, ['bench'], models)
  expect(none).toMatchObject({ code: 2, log: expect.stringContaining('--model: is missing') })
})
