import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { addedModels, addModel, modelManifest, removeModel } from '../src/index.ts'
import { cups, everything, manifestOf, network, routesOf, tarball, temporary, write } from './models.ts'
import { cut, send, serve, sha256 } from './serve.ts'

let folder = ''
beforeEach(async () => {
  folder = await temporary()
})

const whole = ['.fastflow.json', 'README.md', 'model_index.json', 'transformer/model.onnx']
const files = () => everything(join(folder, 'cups'))
const weights = '/cups/transformer/model.onnx'
const refused = (code: string, field: string, message: string) =>
  expect.objectContaining({ code, field, message: expect.stringContaining(message) })

describe('a folder of the web', () => {
  test('comes in whole, and costs nothing the second time', async () => {
    const { url, asked } = await serve(routesOf(cups))
    const seen: unknown[] = []
    const model = await addModel(`${url}/cups/`, { folder, onProgress: (progress) => seen.push(progress) })
    const bytes = network.length + 22
    expect(model).toEqual({
      name: 'cups',
      folder: join(folder, 'cups'),
      source: `${url}/cups/manifest.json`,
      digest: `sha256:${sha256(JSON.stringify(manifestOf(cups)))}`,
      bytes,
    })
    expect(await files()).toEqual(whole)
    expect(Buffer.compare(network, await readFile(join(folder, weights)))).toBe(0)
    expect(seen).toContainEqual({ file: 'model_index.json', loaded: bytes, total: bytes })
    expect(await addedModels(folder)).toEqual([model])
    const before = asked.length
    expect(await addModel(`${url}/cups/manifest.json`, { folder })).toEqual(model)
    expect(asked.slice(before)).toEqual(['/cups/manifest.json'])
  })

  test('goes on where it was interrupted, within a call and in the next', async () => {
    let tries = 0
    const { answer, breakOff } = cut(network, 100_000)
    const { url, asked } = await serve({
      ...routesOf(cups),
      [weights]: (request, response) => {
        tries += 1
        if (tries === 1) return answer(request, response)
        if (tries === 2) return void response.destroy()
        send(request, response, network)
      },
    })
    await expect(addModel(`${url}/cups`, { folder, onProgress: breakOff })).rejects.toEqual(
      refused('model-not-found', `${url}${weights}`, 'cannot be reached'),
    )
    expect(await files()).toEqual([])
    await addModel(`${url}/cups`, { folder })
    const [first, second, third] = asked.filter((path) => path.startsWith(weights))
    expect(first).toBe(weights)
    expect(second).toMatch(/ bytes=[1-9]\d*-$/)
    expect(third).toBe(second)
    expect(Buffer.compare(network, await readFile(join(folder, weights)))).toBe(0)
    expect(await everything(join(folder, '.partial'))).toEqual([])
  })

  test('goes on after it was cancelled', async () => {
    const { url, asked } = await serve(routesOf(cups))
    const abort = new AbortController()
    const onProgress = ({ loaded }: { loaded: number }) => void (loaded > 0 && abort.abort())
    await expect(addModel(`${url}/cups`, { folder, signal: abort.signal, onProgress })).rejects.toEqual(
      refused('aborted', 'signal', 'cancelled'),
    )
    await addModel(`${url}/cups`, { folder })
    expect(await files()).toEqual(whole)
    expect(asked.filter((path) => path.startsWith(weights)).at(-1)).toMatch(/ bytes=[1-9]\d*-$/)
  })

  test('that holds something else than its manifest says is dropped, the file named', async () => {
    const other = network.slice().fill(1, 5, 6)
    const { url } = await serve({ ...routesOf(cups), [weights]: other })
    await expect(addModel(`${url}/cups`, { folder })).rejects.toEqual(
      refused(
        'model-mismatch',
        'transformer/model.onnx',
        `is sha256:${sha256(other)}, not sha256:${sha256(network)}`,
      ),
    )
    const partial = await everything(join(folder, '.partial'))
    expect(partial.filter((path) => path.includes('onnx'))).toEqual([])
    expect(await addedModels(folder)).toEqual([])
    for (const [content, problem] of [
      [network.subarray(0, 9), 'has 9 bytes, not 300000'],
      [new Uint8Array(300_001), 'has more than its 300000 bytes'],
    ] as const) {
      const wrong = await serve({ ...routesOf(cups), [weights]: content })
      await expect(addModel(`${wrong.url}/cups`, { folder })).rejects.toEqual(
        refused('model-mismatch', 'transformer/model.onnx', problem),
      )
    }
  })

  test('follows redirects, and says where there is nothing', async () => {
    const { url } = await serve({
      ...routesOf(cups),
      '/latest/manifest.json': (_, response) =>
        void response.writeHead(302, { location: '/cups/manifest.json' }).end(),
      [weights]: (_, response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
      '/elsewhere': network,
    })
    // What a manifest names lies beside where it was asked for.
    await expect(addModel(`${url}/latest`, { folder })).rejects.toEqual(
      refused('model-not-found', `${url}/latest/transformer/model.onnx`, 'answers 404'),
    )
    await addModel(`${url}/cups`, { folder })
    expect(await files()).toEqual(whole)
    await expect(addModel(`${url}/none`, { folder })).rejects.toEqual(
      refused('model-not-found', `${url}/none/manifest.json`, 'answers 404 Not Found; check the address'),
    )
    await expect(addModel('http://127.0.0.1:1/x', { folder })).rejects.toEqual(
      refused('model-not-found', 'http://127.0.0.1:1/x/manifest.json', 'cannot be reached'),
    )
  })

  test('that was asked for in secret and is sent elsewhere in the open is refused', async () => {
    const opened = { url: 'http://elsewhere/manifest.json', ok: true, body: { cancel: async () => {} } }
    vi.stubGlobal('fetch', async () => opened)
    onTestFinished(() => void vi.unstubAllGlobals())
    await expect(addModel('https://user:secret@host/cups?key=secret', { folder })).rejects.toEqual(
      refused('model-not-found', 'https://host/cups/manifest.json', 'leads to http://elsewhere'),
    )
  })

  test.each([
    ['../evil.onnx', 'leaves the folder'],
    ['/evil.onnx', 'leaves the folder'],
    ['a/../../evil.onnx', 'leaves the folder'],
    ['a\\..\\evil.onnx', 'leaves the folder'],
    ['C:evil.onnx', 'leaves the folder'],
    ['.fastflow.json', 'is hidden'],
    ['a/./b', 'is hidden'],
  ])('that names %s is refused', async (path, problem) => {
    const { url, asked } = await serve(routesOf(cups, manifestOf({ ...cups, [path]: 'evil' })))
    await expect(addModel(`${url}/cups`, { folder })).rejects.toEqual(
      refused('model-unreadable', 'files[3].path', problem),
    )
    expect(asked).toHaveLength(1)
    expect(await everything(folder)).toEqual([])
  })

  test.each([
    ['version', { ...manifestOf(cups), version: 2 }, 'unsupported'],
    ['files', { version: 1, files: [] }, 'model-unreadable'],
    ['files[1].path', manifestOf({ 'A.onnx': 'a', 'a.onnx': 'b' }), 'model-unreadable'],
    ['files[0].sha256', { version: 1, files: [{ path: 'a', bytes: 1, sha256: 'ab' }] }, 'model-unreadable'],
    [
      'files[0].bytes',
      { version: 1, files: [{ path: 'a', bytes: -1, sha256: '0'.repeat(64) }] },
      'model-unreadable',
    ],
    ['name', { ...manifestOf(cups), name: '../cups' }, 'invalid-argument'],
  ])('whose manifest has a bad %s is refused', async (field, manifest, code) => {
    const { url } = await serve(routesOf(cups, manifest))
    await expect(addModel(`${url}/cups`, { folder })).rejects.toEqual(refused(code, field, ''))
    expect(await everything(folder)).toEqual([])
  })

  test('has to have the digest that was asked for', async () => {
    const { url } = await serve(routesOf(cups))
    await expect(addModel(`${url}/cups`, { folder, sha256: '0'.repeat(64) })).rejects.toEqual(
      refused('model-mismatch', 'sha256', 'the manifest is sha256:'),
    )
    const right = sha256(JSON.stringify(manifestOf(cups))).toUpperCase()
    expect(await addModel(`${url}/cups`, { folder, sha256: right })).toMatchObject({ name: 'cups' })
  })
})

describe('a disk', () => {
  test('that has no room is told of before anything comes in', async () => {
    const manifest = manifestOf(cups)
    const large = { ...manifest, files: manifest.files.map((file) => ({ ...file, bytes: 2 ** 52 })) }
    const { url, asked } = await serve(routesOf(cups, large))
    await expect(addModel(`${url}/cups`, { folder })).rejects.toEqual(
      refused(
        'output-unwritable',
        expect.stringContaining('cups') as never,
        'free space, or choose another folder',
      ),
    )
    expect(asked).toHaveLength(1)
  })

  test.skipIf(!existsSync('/dev/full'))('that fills up on the way is told of', async () => {
    const { url } = await serve(routesOf(cups))
    const key = sha256(JSON.stringify(manifestOf(cups))).slice(0, 16)
    const place = join(folder, '.partial/cups', key, 'transformer')
    await mkdir(place, { recursive: true })
    await symlink('/dev/full', join(place, 'model.onnx.part'))
    await expect(addModel(`${url}/cups`, { folder })).rejects.toEqual(
      refused('output-unwritable', folder, 'the disk is full; free space and add the model again'),
    )
    expect(await addedModels(folder)).toEqual([])
  })

  test('that cannot be written to is told of', async () => {
    await writeFile(join(folder, 'file'), '')
    const { url } = await serve(routesOf(cups))
    const place = join(folder, 'file', 'models')
    await expect(addModel(`${url}/cups`, { folder: place })).rejects.toEqual(
      refused('output-unwritable', place, 'cannot be written (ENOTDIR); choose a folder you may write to'),
    )
  })
})

describe('a folder on disk', () => {
  test('is copied, and its manifest has to hold', async () => {
    const origin = await write(join(folder, 'origin/cups'), cups)
    const manifest = await modelManifest(origin, 'cups')
    expect(manifest).toEqual({
      version: 1,
      name: 'cups',
      files: expect.arrayContaining([...manifestOf(cups).files]),
    })
    await writeFile(join(origin, 'manifest.json'), JSON.stringify(manifest))
    const store = join(folder, 'models')
    expect(await addModel('origin/cups', { folder: store, cwd: folder })).toMatchObject({
      name: 'cups',
      source: origin,
    })
    expect(await everything(join(store, 'cups'))).toEqual(whole)
    await writeFile(join(origin, 'README.md'), 'changed')
    await expect(addModel(origin, { folder: store, name: 'other' })).rejects.toEqual(
      refused('model-mismatch', 'README.md', 'restore it'),
    )
    await rm(join(origin, 'README.md'))
    await expect(addModel(origin, { folder: store, name: 'other' })).rejects.toEqual(
      refused('model-mismatch', 'README.md', 'is missing'),
    )
  })

  test('that holds no model is refused', async () => {
    const origin = await write(join(await temporary(), '100% cups'), { 'package.json': '{}' })
    await expect(addModel(origin, { folder })).rejects.toEqual(
      refused('model-mismatch', 'source', 'holds no model'),
    )
    expect(await everything(folder)).toEqual([])
  })
})

describe('names', () => {
  test('are given once, and again for the same source alone', async () => {
    const { url } = await serve({ ...routesOf(cups), '/b/cups.tgz': await tarball(cups) })
    await addModel(`${url}/cups`, { folder })
    await expect(addModel(`${url}/b/cups.tgz`, { folder })).rejects.toEqual(
      refused('invalid-argument', 'name', `cups was added from ${url}/cups/manifest.json; give another name`),
    )
    await addModel(`${url}/b/cups.tgz`, { folder, name: 'mugs' })
    expect((await addedModels(folder)).map(({ name }) => name)).toEqual(['cups', 'mugs'])
    await write(join(folder, 'own'), cups)
    await expect(addModel(`${url}/cups`, { folder, name: 'own' })).rejects.toEqual(
      refused('invalid-argument', 'name', 'own is there, and was not added'),
    )
    await expect(addModel(`${url}/cups`, { folder, name: '../x' })).rejects.toEqual(
      refused('invalid-argument', 'name', 'is no name of a model'),
    )
  })

  test('a new version takes the place of the one before', async () => {
    const routes = routesOf(cups)
    const { url } = await serve(routes)
    const first = await addModel(`${url}/cups`, { folder })
    const { 'README.md': _, ...fewer } = cups
    Object.assign(routes, routesOf(fewer))
    const second = await addModel(`${url}/cups`, { folder })
    expect(second.digest).not.toBe(first.digest)
    expect(await files()).toEqual(whole.filter((path) => path !== 'README.md'))
    expect(await everything(join(folder, '.partial'))).toEqual([])
  })
})

test('a model is removed, one that was not added is not', async () => {
  const { url } = await serve({
    ...routesOf(cups),
    '/half/manifest.json': JSON.stringify(manifestOf(cups, 'half')),
  })
  await addModel(`${url}/cups`, { folder })
  await write(join(folder, 'own'), cups)
  expect(await removeModel(folder, 'cups')).toMatchObject({ name: 'cups' })
  await expect(removeModel(folder, 'own')).rejects.toEqual(
    refused('model-not-found', 'name', 'no model own was added; added are: none'),
  )
  await addModel(`${url}/half`, { folder }).catch(() => {})
  await writeFile(join(folder, '.partial/half/x'), '')
  expect(await removeModel(folder, 'half')).toBeUndefined()
  expect((await everything(folder)).filter((path) => !path.startsWith('own/'))).toEqual([])
  expect(await addedModels(join(folder, 'none'))).toEqual([])
})
