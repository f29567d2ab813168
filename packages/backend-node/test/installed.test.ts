import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fixtures } from '@fastflow/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workerPath } from '../src/thread-link.ts'

// What users of the built package see: scripts in a process of their own, outside this workspace.

const root = fileURLToPath(new URL('..', import.meta.url))
const model = JSON.stringify(fileURLToPath(new URL('affine.onnx', fixtures)))
const slow = JSON.stringify(fileURLToPath(new URL('slow.onnx', fixtures)))
const execute = promisify(execFile)
// Package managers set NODE_PATH for the scripts they run, which would find everything everywhere.
const { NODE_PATH: _, ...env } = process.env

let project = ''
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'fastflow-'))
  for (const [name, from] of [
    ['backend-node', root],
    ['backend-process', join(root, '..', 'backend-process')],
    ['core', join(root, '..', 'core')],
  ] as const) {
    const target = join(project, 'node_modules', '@fastflow', name)
    await mkdir(target, { recursive: true })
    await cp(join(from, 'package.json'), join(target, 'package.json'))
    await cp(join(from, 'dist'), join(target, 'dist'), { recursive: true })
  }
})
afterAll(() => rm(project, { recursive: true }))

/** Runs `code` as a module in `folder`; resolves only when the process ends by itself. */
async function run(
  folder: string,
  code: string,
  flags: readonly string[] = [],
  args: readonly string[] = [],
): Promise<string> {
  const script = join(folder, `script-${Math.floor(performance.now() * 1000)}.mjs`)
  await writeFile(script, code)
  try {
    const { stdout, stderr } = await execute(process.execPath, [...flags, script, ...args], {
      cwd: folder,
      env,
      timeout: 20_000,
    })
    expect(stderr).toBe('')
    return stdout.trim()
  } finally {
    await rm(script)
  }
}

describe('without onnxruntime-node', () => {
  it('nothing is needed at import, and loading says what to install', async () => {
    const code = `
      import { nodeBackend, createModelRunner } from '@fastflow/backend-node'
      nodeBackend()
      const error = await createModelRunner(${model}).catch((reason) => reason)
      console.log(error.code, error.message)`
    const printed = await run(project, code)
    expect(printed).toBe('unsupported onnxruntime-node is not installed; run: npm install onnxruntime-node')
  })
})

describe('with an onnxruntime-node of before', () => {
  it.each([
    ["{ common: '1.17.0', node: '1.17.0' }", '1.17.0'],
    ['undefined', 'of a version that does not say which'],
  ])('loading names its version, %s, and the one that is needed', async (versions, found) => {
    const old = join(await mkdtemp(join(tmpdir(), 'fastflow-')), 'script')
    await cp(join(project, 'node_modules'), join(old, 'node_modules'), { recursive: true })
    const runtime = join(old, 'node_modules', 'onnxruntime-node')
    await mkdir(runtime)
    await writeFile(join(runtime, 'package.json'), '{ "name": "onnxruntime-node", "main": "index.js" }')
    // Sessions of old releases do not tell the types of their inputs.
    const session = "{ inputNames: ['x'], outputNames: ['y'], async release() {} }"
    const index = `exports.env = { versions: ${versions} }
      exports.InferenceSession = { create: async () => (${session}) }`
    await writeFile(join(runtime, 'index.js'), index)
    const code = `
      import { createModelRunner } from '@fastflow/backend-node'
      const error = await createModelRunner(${model}).catch((reason) => reason)
      console.log(error.code, error.message)`
    const fix = 'run: npm install onnxruntime-node@latest'
    expect(await run(old, code)).toBe(
      `unsupported onnxruntime-node ${found} is too old, 1.30 or later is needed; ${fix}`,
    )
    await rm(old, { recursive: true })
  })
})

describe('in a bundle', () => {
  it('that took the package apart, loading says how to leave it out', async () => {
    // What a bundler makes of it: the code is elsewhere, and the package is not installed.
    const bundle = await mkdtemp(join(tmpdir(), 'fastflow-'))
    await cp(join(root, 'dist'), join(bundle, 'dist'), { recursive: true })
    for (const name of ['core', 'backend-process'])
      await cp(
        join(project, 'node_modules', '@fastflow', name),
        join(bundle, 'node_modules', '@fastflow', name),
        { recursive: true },
      )
    await writeFile(join(bundle, 'package.json'), '{ "type": "module" }')
    const code = `
      import { createModelRunner } from './dist/index.js'
      const error = await createModelRunner(${model}).catch((reason) => reason)
      console.log(error.code, error.field, error.message)`
    const printed = await run(bundle, code)
    expect(printed).toMatch(/^unsupported worker worker: the file of the worker of @fastflow\/backend-node/)
    expect(printed).toContain("serverExternalPackages: ['@fastflow/backend-node']")
    await rm(bundle, { recursive: true })
  })

  it.each([
    ['a number, as webpack does', () => 417],
    ['a relative path', () => './worker.js'],
    ['nothing', () => undefined],
  ])('that leaves %s in the place of the worker, too', (_, resolve) => {
    expect(() => workerPath(resolve)).toThrow(
      'worker: the file of the worker of @fastflow/backend-node is not found',
    )
  })
})

describe('with onnxruntime-node', () => {
  // Inside the package, so that imports find it by its own name.
  const inside = join(root, '.cache', 'scripts')
  beforeAll(() => mkdir(inside, { recursive: true }))
  afterAll(() => rm(inside, { recursive: true }))

  const load = (path: string): string => `
    import { createModelRunner } from '@fastflow/backend-node'
    const runner = await createModelRunner(${path})
    const row = { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) }`

  it.each([
    ['an idle runner that was never disposed of', `${load(model)}\nawait runner.run({ x: row })`],
    ['a disposed runner', `${load(model)}\nawait runner.run({ x: row })\nawait runner.dispose()`],
    ['process.exit while a call is under way', `${load(model)}\nrunner.run({ x: row })\nprocess.exit(0)`],
  ])('the process ends by itself after %s', async (_, code) => {
    expect(await run(inside, code)).toBe('')
  })

  it('the process stays for calls under way, and for a disposal', async () => {
    const code = `${load(slow)}
      const scalar = { type: 'float32', dims: [], data: Float32Array.of(2) }
      const rounds = { type: 'int64', dims: [], data: BigInt64Array.of(50n) }
      runner.run({ x: scalar, rounds }).then(() => console.log('ran'))
      runner.dispose().then(() => console.log('disposed'))`
    expect(await run(inside, code)).toMatch(/^ran\s+disposed$/)
  })

  it('onnxruntime prints nothing of its own when a model is refused or fails', async () => {
    const lookup = JSON.stringify(fileURLToPath(new URL('lookup.onnx', fixtures)))
    const code = `${load(lookup)}
      const id = { type: 'int64', dims: [1], data: BigInt64Array.of(9n) }
      console.log((await runner.run({ id }).catch((error) => error)).code)`
    expect(await run(inside, code)).toBe('model-failed')
  })

  it('flags of the process do not reach the worker', async () => {
    expect(await run(inside, load(model), ['--cpu-prof', `--cpu-prof-dir=${project}`])).toBe('')
  })

  it('a long command line, as with a long prompt, does not bring the process down', async () => {
    expect(await run(inside, load(model), [], ['a'.repeat(20_000)])).toBe('')
  })

  it('the example of the README prints what it says', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const folder = dirname(fileURLToPath(new URL('affine.onnx', fixtures)))
    const printed = await run(inside, code.replace("'models/affine'", JSON.stringify(folder)))
    const promised = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text]) => text)
    expect(promised.length).toBeGreaterThan(0)
    expect(printed.split('\n')).toEqual(promised)
  })
})
