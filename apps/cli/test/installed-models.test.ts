import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cli, tinyModels } from './run-cli.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('runs a model that is installed as a package where the command runs', async () => {
  const name = '@shop/models-cups'
  const model = join(folder, 'node_modules', name)
  await mkdir(model, { recursive: true })
  await cp(join(tinyModels, 'words'), model, { recursive: true })
  await writeFile(join(model, 'package.json'), JSON.stringify({ name }))
  expect(await cli(folder, ['inspect', name])).toMatchObject({ code: 0 })
  const missing = await cli(folder, ['inspect', '@shop/models-jugs'])
  expect(missing).toMatchObject({ code: 2, log: expect.stringContaining('@shop/models-jugs') })
})
