import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../src/cli.ts'
import { cli, temporaryFolder } from './run-cli.ts'

test('doctor: this machine runs everything the tests need', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const { code, out } = await cli(cwd, ['doctor', '--json'])
  const { ok, checks } = JSON.parse(out)
  expect(checks.filter((check: { ok: boolean }) => !check.ok)).toEqual([])
  expect(ok).toBe(true)
  expect(code).toBe(0)
  expect(checks.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['node', 'machine', 'onnxruntime-node', 'sharp', 'model cifar10']),
  )
})

test('doctor: a broken model is named and fails the command', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  await mkdir(join(cwd, 'models/broken'), { recursive: true })
  const { writeFile } = await import('node:fs/promises')
  await writeFile(join(cwd, 'models/broken/model_index.json'), '{"_class_name": "Something"}')
  const out: string[] = []
  const io = { out: (text: string) => out.push(text), log: () => {}, rewrite: undefined, cwd, env: {} }
  const code = await runCli(['doctor'], { ...io, signal: new AbortController().signal })
  expect(code).toBe(1)
  expect(out.join('\n')).toMatch(/^FAIL model broken +.*_class_name "Something" is not supported/m)
})

test.each([
  ['no such command', ['fly'], 2],
  ['a required option is missing', ['generate', '--class', 'cat'], 2],
  ['help', ['--help'], 0],
  ['version', ['--version'], 0],
])('usage: %s', async (_, args, expected) => {
  const cwd = await temporaryFolder(onTestFinished)
  const { code, out, log } = await cli(cwd, args)
  expect(code).toBe(expected)
  expect(out + log).not.toBe('')
})
