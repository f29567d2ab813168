import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { cli, repository, temporaryFolder } from './run-cli.ts'

/** A model of 74 bytes that divides -2^63 by -1 while it loads: a signal that ends the process it is loaded in. */
const deadly =
  'CAg6QgoOCgFhCgFiEgF5IgNEaXYSAWcqDxAHQgFhSggAAAAAAAAAgCoPEAdCAWJKCP//////////YgsKAXkSBgoECAcSAEICEBE='

let cwd: string
let models: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
  models = join(cwd, 'models')
  await cp(join(repository, 'packages/testkit/fixtures/models/words'), join(models, 'words'), {
    recursive: true,
  })
})

function generate(...args: string[]): ReturnType<typeof cli> {
  const made = ['generate', '--model', 'words', '--prompt', 'owl', '--steps', '4', '--accelerate', 'off']
  return cli(cwd, [...made, '--threads', '1', ...args], { models })
}

test('networks in processes make the images that networks in threads make', async () => {
  const images: Buffer[] = []
  for (const isolation of ['thread', 'process']) {
    const { code, out } = await generate('--isolation', isolation, '--out', isolation, '--json')
    expect(code).toBe(0)
    images.push(await readFile(JSON.parse(out).images[0].file))
  }
  expect(images[0]).toEqual(images[1])
})

// Processors of other kinds give a number instead.
test.runIf(process.arch === 'x64')(
  'a model that would end the command is reported, and the command goes on',
  async () => {
    await writeFile(join(models, 'words', 'transformer', 'model.onnx'), Buffer.from(deadly, 'base64'))
    const { code, log } = await generate('--isolation', 'process')
    expect(code).toBe(1)
    expect(log).toContain('transformer/model.onnx: the process that ran it ended (SIGFPE)')
  },
)

test('an isolation that is none is bad usage', async () => {
  const { code, log } = await generate('--isolation', 'vm')
  expect(code).toBe(2)
  expect(log).toContain('thread, process')
})
