import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { fixtures } from '@fastflow/testkit'
import { expect, it, onTestFinished, vi } from 'vitest'
import { childEnvironment } from '../src/environment.ts'

const built = pathToFileURL(fileURLToPath(new URL('../dist/index.js', import.meta.url))).href
const affine = fileURLToPath(new URL('affine.onnx', fixtures))

/** Loads and runs a network on the built package, in a process of its own. */
const script = (isolation: string): string => `
  const { createModelRunner } = await import('${built}')
  const runner = await createModelRunner(${JSON.stringify(affine)}, { isolation: '${isolation}' })
  const x = { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) }
  const { outputs } = await runner.run({ x })
  await runner.dispose()
  console.log(outputs.y.data.join(), process.env.ORT_DISABLE_TELEMETRY)`

it.each([
  ['thread', '3,5,7 1'],
  // Its child is told, and it itself does not load onnxruntime.
  ['process', '3,5,7 undefined'],
])('onnxruntime leaves nothing behind of a run, isolation %s', async (isolation, said) => {
  const home = await mkdtemp(join(tmpdir(), 'fastflow-home-'))
  onTestFinished(() => rm(home, { recursive: true }))
  const { ORT_DISABLE_TELEMETRY: _, XDG_CACHE_HOME: __, ...rest } = process.env
  const env = {
    ...rest,
    HOME: home,
    USERPROFILE: home,
    LOCALAPPDATA: home,
    TMPDIR: home,
    TEMP: home,
    TMP: home,
  }
  const arguments_ = ['--input-type=module', '-e', script(isolation)]
  const { stdout } = await promisify(execFile)(process.execPath, arguments_, { env })
  expect(stdout.trim()).toBe(said)
  expect(await readdir(home, { recursive: true })).toEqual([])
})

it.each([
  ['unset', undefined, '1'],
  ['set to 1', '1', '1'],
  ['set to 0, which leaves it on', '0', '0'],
])('processes of ours are told: ORT_DISABLE_TELEMETRY %s', (_, given, told) => {
  vi.stubEnv('ORT_DISABLE_TELEMETRY', given)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  expect(childEnvironment().ORT_DISABLE_TELEMETRY).toBe(told)
})
