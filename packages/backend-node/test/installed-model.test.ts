import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { installedModel, nodeBackend } from '../src/index.ts'

let folder = ''
let model = ''
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'fastflow-')))
  model = join(folder, 'node_modules/@shop/models-cups')
  await mkdir(model, { recursive: true })
  await writeFile(
    join(model, 'package.json'),
    '{"name":"@shop/models-cups","exports":{"./package.json":"./package.json"}}',
  )
  await writeFile(join(model, 'model_index.json'), '{}')
  // Worker threads cannot change their working folder.
  vi.spyOn(process, 'cwd').mockReturnValue(folder)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

it('opens a model that is installed as a package by its name', async () => {
  const opened = await nodeBackend().open('@shop/models-cups')
  expect(await opened.has('model_index.json')).toBe(true)
  expect(await opened.has('unet/model.onnx')).toBe(false)
})

it('prefers a folder of that name', async () => {
  await mkdir(join(folder, '@shop/models-cups'), { recursive: true })
  const opened = await nodeBackend().open('@shop/models-cups')
  expect(await opened.has('model_index.json')).toBe(false)
})

it('looks where it is told to', async () => {
  vi.mocked(process.cwd).mockReturnValue(tmpdir())
  expect(await installedModel('@shop/models-cups')).toBeUndefined()
  expect(await installedModel('@shop/models-cups', folder)).toBe(model)
})

it('finds what the program may import, wherever it was started from', async () => {
  vi.mocked(process.cwd).mockReturnValue(tmpdir())
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', join(folder, 'main.js')])
  const opened = await nodeBackend().open('@shop/models-cups')
  expect(await opened.has('model_index.json')).toBe(true)
})

it('says that nothing is installed, and takes no path for a package', async () => {
  await expect(nodeBackend().open('@shop/models-jugs')).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('no folder, nor an installed package, @shop/models-jugs'),
  })
  await expect(nodeBackend().open('@shop/models-jugs')).rejects.toThrow('npm install @shop/models-jugs')
  expect(await installedModel('@shop/../@shop/models-cups')).toBeUndefined()
  expect(await installedModel('models-cups')).toBeUndefined()
})
