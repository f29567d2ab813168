import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filePolicyStore, nodeBackend } from '../src/index.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('model folders', () => {
  it('list what lies beside a missing one', async () => {
    await mkdir(join(folder, 'cifar10'))
    const refusal = { code: 'model-not-found', message: expect.stringContaining('cifar10') }
    await expect(nodeBackend().open(join(folder, 'cifar'))).rejects.toMatchObject(refusal)
  })

  it('list what they have where a file is missing', async () => {
    await mkdir(join(folder, 'unet'))
    await writeFile(join(folder, 'unet', 'config.json'), '{}')
    const opened = await nodeBackend().open(folder)
    const refusal = { code: 'model-not-found', message: expect.stringContaining('unet has config.json') }
    await expect(opened.read('unet/model.onnx')).rejects.toMatchObject(refusal)
  })

  it('are folders, not files', async () => {
    await writeFile(join(folder, 'model.onnx'), 'x')
    const refusal = { code: 'model-not-found', message: expect.stringContaining('is a file') }
    await expect(nodeBackend().open(join(folder, 'model.onnx'))).rejects.toMatchObject(refusal)
  })

  it('follow links inside, and refuse links that lead out', async () => {
    const root = join(folder, 'model')
    await mkdir(join(root, 'real'), { recursive: true })
    await writeFile(join(root, 'real', 'inner.txt'), 'inside')
    await writeFile(join(folder, 'outer.txt'), 'outside')
    await symlink(join(root, 'real'), join(root, 'alias'), 'junction')
    await symlink(folder, join(root, 'up'), 'junction')
    const opened = await nodeBackend().open(root)
    expect(new TextDecoder().decode(await opened.read('alias/inner.txt'))).toBe('inside')
    const refusal = { code: 'invalid-argument', field: 'path' }
    for (const call of [opened.has, opened.read, opened.load]) {
      await expect(call('up/outer.txt')).rejects.toMatchObject(refusal)
    }
  })
})

describe('filePolicyStore', () => {
  it.each(['', '{"a": 1', 'not json', '\0\0\0'])('reports %j and leaves the file alone', async (text) => {
    const file = join(folder, 'abc.json')
    await writeFile(file, text)
    const store = filePolicyStore(folder)
    const refusal = { code: 'policy-unreadable', field: file, message: expect.stringContaining(file) }
    await expect(store.load('abc')).rejects.toMatchObject(refusal)
    expect(await readFile(file, 'utf8')).toBe(text)
    await store.save('abc', { a: 1 })
    expect(await store.load('abc')).toEqual({ a: 1 })
  })

  it('reports a folder in place of the file', async () => {
    await mkdir(join(folder, 'abc.json'))
    const store = filePolicyStore(folder)
    await expect(store.load('abc')).rejects.toMatchObject({ code: 'policy-unreadable' })
    await expect(store.save('abc', 1)).rejects.toMatchObject({ code: 'output-unwritable' })
    expect(await readdir(folder)).toEqual(['abc.json'])
  })

  it('reports a place it cannot write to', async () => {
    const blocked = join(folder, 'file')
    await writeFile(blocked, '')
    const refusal = { code: 'output-unwritable', message: expect.stringContaining(blocked) }
    await expect(filePolicyStore(join(blocked, 'policies')).save('abc', 1)).rejects.toMatchObject(refusal)
  })

  it('never shows half a document to a reader, and leaves nothing else in the folder', async () => {
    const store = filePolicyStore(folder)
    const filler = 'x'.repeat(200_000)
    await store.save('abc', { round: 0, filler })
    let saving = true
    const saves = (async () => {
      for (let round = 1; round <= 20; round++) await store.save('abc', { round, filler })
      saving = false
    })()
    while (saving) expect(await store.load('abc')).toMatchObject({ filler })
    await saves
    expect(await readdir(folder)).toEqual(['abc.json'])
  })
})
