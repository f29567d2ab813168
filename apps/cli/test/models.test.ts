import { cp, mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cli, temporaryFolder, tinyModels } from './run-cli.ts'

/** The address of a server of the files of a folder. */
async function serve(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    readFile(join(folder, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a model that was added is found by its name until it is removed', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const none = join(cwd, 'none')
  const run = (...args: string[]) => cli(cwd, args, { models: none })
  await mkdir(none)
  await cp(join(tinyModels, 'words'), join(cwd, 'web/words'), { recursive: true })
  const url = await serve(join(cwd, 'web'))
  expect(await run('models', 'add', `${url}/words`)).toMatchObject({
    code: 2,
    log: expect.stringContaining('404'),
  })
  expect(await run('models', 'manifest', 'web/words', '--name', 'mugs')).toMatchObject({ code: 0 })

  const added = await run('models', 'add', `${url}/words`, '--json')
  expect(added).toMatchObject({ code: 0 })
  const folder = join(cwd, 'cache/models/mugs')
  expect(JSON.parse(added.out)).toMatchObject({ name: 'mugs', folder, source: `${url}/words/manifest.json` })
  expect(await run('inspect', 'mugs')).toMatchObject({ code: 0 })
  const made = await run('generate', '--model', 'mugs', '--prompt', 'a mug', '--steps', '2')
  expect(made).toMatchObject({ code: 0, out: expect.stringContaining('mugs-a-mug') })
  const listed = JSON.parse((await run('models', 'list', '--json')).out)
  expect(listed.models[0]).toMatchObject({ name: 'mugs', folder, digest: expect.stringContaining('sha256:') })
  expect((await run('models', 'list')).out).toContain(`from ${url}/words/manifest.json)`)

  expect(await run('models', 'remove', 'mugs')).toMatchObject({ code: 0, out: 'mugs: removed' })
  expect(await run('inspect', 'mugs')).toMatchObject({ code: 2 })
  expect(await run('models', 'remove', 'mugs')).toMatchObject({
    code: 2,
    log: expect.stringContaining('no model mugs was added; added are: none'),
  })
})

test('a place that cannot be written to is told of', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  await cp(join(tinyModels, 'words/model_index.json'), join(cwd, 'cache'))
  expect(await cli(cwd, ['models', 'add', join(tinyModels, 'words')])).toMatchObject({
    code: 1,
    log: expect.stringContaining('FASTFLOW_CACHE: cannot write'),
  })
})
