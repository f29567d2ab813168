import { createHash } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { create, Header } from 'tar'
import { beforeEach, describe, expect, test } from 'vitest'
import { addModel } from '../src/index.ts'
import { cups, everything, network, tarball, temporary } from './models.ts'
import { cut, type Route, send, serve, sha256 } from './serve.ts'

let folder = ''
beforeEach(async () => {
  folder = await temporary()
})

const integrityOf = (bytes: Uint8Array): string =>
  `sha512-${createHash('sha512').update(bytes).digest('base64')}`
const refused = (code: string, field: string, message: string) =>
  expect.objectContaining({ code, field, message: expect.stringContaining(message) })

/** A registry that knows one package. */
async function registry(bytes: Uint8Array, integrity = integrityOf(bytes), content: Route = bytes) {
  const routes: Record<string, Route> = { '/npm/cups.tgz': content }
  const served = await serve(routes)
  const dist = { tarball: `${served.url}/npm/cups.tgz`, integrity }
  routes['/npm/@fastflow%2fmodels-cups'] = JSON.stringify({
    'dist-tags': { latest: '1.1.0' },
    versions: { '1.0.0': { dist }, '1.1.0': { dist } },
  })
  return { ...served, registry: `${served.url}/npm` }
}

describe('a package', () => {
  test.each(['@fastflow/models-cups', 'cups', 'cups@1.1.0'])('%s comes from its registry', async (source) => {
    const bytes = await tarball(cups)
    const from = await registry(bytes)
    const model = await addModel(source, { folder, registry: from.registry })
    const digest = `sha512:${createHash('sha512').update(bytes).digest('hex')}`
    expect(model).toMatchObject({ name: 'cups', source: '@fastflow/models-cups@1.1.0', digest })
    expect(Buffer.compare(network, await readFile(join(model.folder, 'transformer/model.onnx')))).toBe(0)
    await addModel(source, { folder, registry: from.registry })
    expect(from.asked).toHaveLength(3)
    expect(await everything(join(folder, '.partial'))).toEqual([])
  })

  test('that is not what its registry says is dropped', async () => {
    const bytes = await tarball(cups)
    const from = await registry(bytes, integrityOf(network))
    await expect(addModel('cups', { folder, registry: from.registry })).rejects.toEqual(
      refused('model-mismatch', 'cups.tgz', 'it was dropped'),
    )
    expect(await everything(folder)).toEqual([])
    const weak = await registry(bytes, 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=')
    await expect(addModel('cups', { folder, registry: weak.registry })).rejects.toEqual(
      refused('model-unreadable', 'versions["1.1.0"].dist.integrity', 'no SHA-512'),
    )
  })

  test('that nobody has is told of', async () => {
    const from = await registry(await tarball(cups))
    await expect(addModel('jugs', { folder, registry: from.registry })).rejects.toEqual(
      refused('model-not-found', `${from.url}/npm/@fastflow%2fmodels-jugs`, 'answers 404'),
    )
    await expect(addModel('cups@3.0.0', { folder, registry: from.registry })).rejects.toEqual(
      refused('model-not-found', 'source', 'has no version 3.0.0; the last are 1.0.0, 1.1.0'),
    )
    await expect(addModel('./none', { folder })).rejects.toEqual(
      refused('model-not-found', 'source', 'there is no'),
    )
    await expect(addModel('ftp://x/y', { folder })).rejects.toEqual(
      refused('invalid-argument', 'source', 'neither a path nor http(s)'),
    )
  })
})

/** A server that breaks off once, and has other content then. */
async function interrupted(first: Uint8Array, then: Uint8Array) {
  const { answer, breakOff } = cut(first, 1000)
  let tries = 0
  const served = await serve({
    '/cups.tgz': (request, response) => {
      tries += 1
      if (tries === 1) answer(request, response)
      else send(request, response, then)
    },
  })
  return { ...served, onProgress: breakOff }
}

describe('a tarball', () => {
  test('of the web goes on where it was interrupted, where it is the same by its tag', async () => {
    const bytes = await tarball(cups)
    const { url, asked, onProgress } = await interrupted(bytes, bytes)
    const model = await addModel(`${url}/cups.tgz`, { folder, onProgress })
    expect(model).toMatchObject({ name: 'cups', digest: `sha256:${sha256(bytes)}` })
    expect(asked).toEqual(['/cups.tgz', expect.stringMatching(/^\/cups.tgz bytes=[1-9]\d*-$/)])
  })

  test('of the web that was changed meanwhile begins anew', async () => {
    const bytes = await tarball(cups)
    const { url, onProgress } = await interrupted(network, bytes)
    expect(await addModel(`${url}/cups.tgz`, { folder, onProgress })).toMatchObject({
      digest: `sha256:${sha256(bytes)}`,
    })
  })

  test('has to have the digest that was asked for', async () => {
    const bytes = await tarball(cups)
    await writeFile(join(folder, 'cups.tgz'), bytes)
    const { url } = await serve({ '/cups.tgz': bytes })
    const wrong = 'f'.repeat(64)
    for (const source of [`${url}/cups.tgz`, join(folder, 'cups.tgz')]) {
      await expect(addModel(source, { folder, sha256: wrong })).rejects.toEqual(
        expect.objectContaining({ code: 'model-mismatch' }),
      )
      const model = await addModel(source, { folder, sha256: sha256(bytes), name: `n${source.length}` })
      expect(model.digest).toBe(`sha256:${sha256(bytes)}`)
    }
  })

  /** An archive of one file of this path, which packers refuse to make. */
  function archiveOf(path: string): Buffer {
    const header = new Header({ path, size: 4, type: 'File', mode: 0o644, mtime: new Date(0) })
    header.encode()
    return gzipSync(Buffer.concat([header.block!, Buffer.from('evil'.padEnd(512, '\0')), Buffer.alloc(1024)]))
  }

  test.each(['package/../../evil.onnx', '/evil.onnx', '../evil.onnx', 'package/a/../../../evil.onnx'])(
    'that holds %s is refused',
    async (path) => {
      await mkdir(join(folder, 'in'))
      await writeFile(join(folder, 'in/bad.tgz'), archiveOf(path))
      await expect(addModel(join(folder, 'in/bad.tgz'), { folder: join(folder, 'models') })).rejects.toEqual(
        refused('model-mismatch', 'source', 'leads out of it'),
      )
      expect(await everything(folder)).toEqual(['in/bad.tgz'])
    },
  )

  test('that holds a link, or is none, is refused', async () => {
    await mkdir(join(folder, 'package'))
    await symlink('/etc', join(folder, 'package/model.onnx'))
    await create({ gzip: true, cwd: folder, file: join(folder, 'link.tgz') }, ['package'])
    await writeFile(join(folder, 'none.tgz'), 'nothing of the kind')
    await writeFile(join(folder, 'half.tgz'), (await tarball(cups)).subarray(0, 5000))
    const models = join(folder, 'models')
    for (const [file, problem] of [
      ['link.tgz', 'is a SymbolicLink, not a file'],
      ['none.tgz', 'damaged or no tarball'],
      ['half.tgz', 'damaged or no tarball'],
    ] as const)
      await expect(addModel(join(folder, file), { folder: models })).rejects.toEqual(
        refused('model-mismatch', 'source', problem),
      )
    expect((await everything(models)).filter((path) => !path.startsWith('.partial'))).toEqual([])
  })
})
