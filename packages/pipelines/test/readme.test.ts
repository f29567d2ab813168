import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

// Examples run from a folder inside the package, where imports find it by its own name.
const scripts = fileURLToPath(new URL('../.cache/readme/', import.meta.url))
const cifar10 = fileURLToPath(new URL('../../../models/cifar10', import.meta.url))
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.replaceAll('\r\n', '\n').matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!)
let scratch = ''

beforeAll(async () => {
  await mkdir(scripts, { recursive: true })
  scratch = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterAll(async () => {
  await rm(scripts, { recursive: true })
  await rm(scratch, { recursive: true })
})

/** What an example prints, with some of its text replaced; all of it has to be there. */
async function run(number: number, changes: Readonly<Record<string, string>> = {}): Promise<string[]> {
  let code = examples[number]!
  for (const [text, replacement] of Object.entries(changes)) {
    expect(code).toContain(text)
    code = code.replaceAll(text, replacement)
  }
  const script = join(scripts, `example-${number}.js`)
  await writeFile(script, code)
  const printed: string[] = []
  const spy = vi.spyOn(console, 'log').mockImplementation((...words) => printed.push(words.join(' ')))
  try {
    await import(pathToFileURL(script).href)
  } finally {
    spy.mockRestore()
  }
  return printed
}

/** What an example says it prints. */
function promised(number: number): string[] {
  return [...examples[number]!.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text]) => text!)
}

const closedForm = {
  "'@fastflow/backend-node'": "'../../test/support/readme-backend.ts'",
  "'models/cifar10'": "'models/fake'",
}

it('has examples', () => {
  expect(examples).toHaveLength(7)
})

it('generates with the CIFAR-10 model', async () => {
  const changes = { "'models/cifar10'": JSON.stringify(cifar10), 'count: 2': 'count: 2, numSteps: 9' }
  expect(await run(0, changes)).toEqual([
    'seed 7: 32 x 32, evaluated 9 of 9 steps',
    'seed 8: 32 x 32, evaluated 8 of 9 steps',
  ])
})

it('calibrates a plan', async () => {
  const held = (budget: number) => expect.stringMatching(new RegExp(`^${budget} [0-9.]+ dB, leave-one-out$`))
  expect(await run(1, closedForm)).toEqual([held(8), held(12), ...promised(1)])
})

it('meets a quality target', async () => {
  expect(await run(2, closedForm)).toEqual(promised(2))
})

it('freezes a policy', async () => {
  expect(await run(3, closedForm)).toEqual(promised(3))
})

it('ships a policy', async () => {
  const folder = join(scratch, 'policies')
  await run(4, { ...closedForm, "'models/cifar10/policies'": JSON.stringify(folder) })
  const { nodeBackend } = await import('./support/readme-backend.ts')
  const { loadPipeline, policyDigest } = await import('@fastflow/pipelines')
  const pipe = await loadPipeline('models/fake', { backend: nodeBackend() })
  const shipped = await readFile(join(folder, `${policyDigest(pipe.policyKey())}.json`), 'utf8')
  expect(JSON.parse(shipped)).toMatchObject({ key: pipe.policyKey(), state: { generations: 60 } })
})

it('samples with a solver of the caller', async () => {
  expect(await run(5, closedForm)).toEqual(promised(5))
})

it('runs on a backend of the caller', async () => {
  expect(await run(6)).toEqual(promised(6))
})
