import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { type QuantizeOptions, quantizeFolder } from '../src/index.ts'
import { chain, folderOf } from './network.ts'

async function refused(
  folder: string,
  options: unknown,
): Promise<{ code: string; field: string; message: string }> {
  const [ok, error] = await quantizeFolder(folder, options as QuantizeOptions).then(
    () => [true, undefined] as const,
    (why) => [false, why] as const,
  )
  expect(ok).toBe(false)
  return error
}

it('what is asked for wrongly is named', async () => {
  const folder = await folderOf(chain().bytes)
  const wrong: readonly [unknown, string, string][] = [
    [{}, 'invalid-argument', 'as'],
    [{ as: 'fp8' }, 'invalid-argument', 'as'],
    [{ as: 'q4', blockSize: 48 }, 'invalid-argument', 'blockSize'],
    [{ as: 'q4', smallest: 0 }, 'invalid-argument', 'smallest'],
    [{ as: 'q4', bits: 4 }, 'invalid-argument', 'bits'],
    [{ as: 'q4', networks: [] }, 'invalid-argument', 'networks'],
    [{ as: 'q4', networks: ['../model'] }, 'invalid-argument', 'networks'],
    [{ as: 'q4', networks: ['vae_decoder'] }, 'model-not-found', 'networks'],
    [{ as: 'q4', out: dirname(folder) }, 'output-unwritable', 'out'],
    [{ as: 'q4', out: join(folder, 'inside') }, 'output-unwritable', 'out'],
  ]
  for (const [options, code, field] of wrong)
    expect(await refused(folder, options)).toMatchObject({ code, message: expect.stringContaining(field) })
  expect(await refused(join(folder, 'transformer'), { as: 'q4' })).toMatchObject({ code: 'model-not-found' })
  await rm(join(folder, 'transformer', 'model.onnx'))
  expect(await refused(folder, { as: 'q4' })).toMatchObject({ code: 'model-not-found' })
})

it('a folder appears whole or not at all', async () => {
  const folder = await folderOf(chain().bytes)
  const left = async (): Promise<string[]> => readdir(dirname(folder))
  const cancel = new AbortController()
  cancel.abort()
  expect(await refused(folder, { as: 'int8', signal: cancel.signal })).toMatchObject({ code: 'aborted' })
  const stop = new AbortController()
  const onProgress = (): void => stop.abort()
  expect(await refused(folder, { as: 'int8', signal: stop.signal, onProgress })).toMatchObject({
    code: 'aborted',
  })
  expect(await refused(folder, { as: 'int8', smallest: 10_000 })).toMatchObject({ code: 'unsupported' })
  await writeFile(join(folder, 'transformer', 'model.onnx'), 'nothing of the kind')
  expect(await refused(folder, { as: 'int8' })).toMatchObject({
    code: 'model-unreadable',
    field: 'transformer/model.onnx',
  })
  expect(await left()).toEqual(['model'])
})

it('plans of the network are not copied, all other files are', async () => {
  const folder = await folderOf(chain().bytes)
  await mkdir(join(folder, 'policies'))
  await writeFile(join(folder, 'policies', 'plan.json'), '{}')
  await mkdir(join(folder, 'tokenizer'))
  await writeFile(join(folder, 'tokenizer', 'tokenizer.json'), '{}')
  const steps: unknown[] = []
  const onProgress = (...step: unknown[]): number => steps.push(step)
  const { out } = await quantizeFolder(folder, { as: 'q8', onProgress })
  expect((await readdir(out)).sort()).toEqual([
    'model_index.json',
    'quantization.json',
    'tokenizer',
    'transformer',
  ])
  expect(await readdir(join(out, 'tokenizer'))).toEqual(['tokenizer.json'])
  expect(steps).toEqual([
    ['transformer', 1, 2],
    ['transformer', 2, 2],
  ])
})
