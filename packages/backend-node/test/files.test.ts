import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filePolicyStore, nodeBackend, readRegularFile } from '../src/index.ts'

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

  it('may be named by a file: address, and nothing else that is no path', async () => {
    await writeFile(join(folder, 'a.json'), '{}')
    const opened = await nodeBackend().open(pathToFileURL(folder).href)
    expect(opened.location).toBe(folder)
    expect(await opened.has('a.json')).toBe(true)
    for (const location of ['https://example.com/model', '', undefined]) {
      const refusal = { code: 'invalid-argument', field: 'location' }
      await expect(nodeBackend().open(location as string)).rejects.toMatchObject(refusal)
    }
    const data = `data:application/zip;base64,${'A'.repeat(99_999)}`
    await expect(nodeBackend().open(data)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringMatching(
        /^location: .{0,100} holds data and names none; save it and give the path/,
      ),
    })
  })

  it.skipIf(process.platform === 'win32')('never wait for a pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'config.json')])
    const opened = await nodeBackend().open(folder)
    const message = `${folder}/config.json cannot be read: it is a named pipe, not a file`
    const refusal = { code: 'model-unreadable', field: 'config.json', message }
    await expect(opened.read('config.json')).rejects.toMatchObject(refusal)
  })

  it('say what lies in place of a file, and how large one may be', async () => {
    await mkdir(join(folder, 'unet'))
    await writeFile(join(folder, 'config.json'), '{}')
    await truncate(join(folder, 'config.json'), 64 * 2 ** 20 + 1)
    const opened = await nodeBackend().open(folder)
    for (const [path, problem] of [
      ['unet', 'it is a folder, not a file'],
      ['config.json', 'it has 67108865 bytes, more than the 67108864 that are read'],
    ] as const) {
      const refusal = { code: 'model-unreadable', field: path, message: expect.stringContaining(problem) }
      await expect(opened.read(path)).rejects.toMatchObject(refusal)
    }
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

describe('readRegularFile', () => {
  // Files of /sys say that they have 4,096 bytes and end before, as one does that is cut off meanwhile.
  const short = '/sys/devices/system/cpu/online'
  it.skipIf(!existsSync(short))('tells of a file that ends before its size says', async () => {
    await expect(readRegularFile(short, 2 ** 20)).rejects.toThrow(
      /became shorter while it was read: \d+ of 4096/,
    )
  })

  it.skipIf(!existsSync('/proc/cpuinfo'))(
    'does not take a file that a kernel makes up for an empty one',
    async () => {
      await expect(readRegularFile('/proc/cpuinfo', 2 ** 20)).rejects.toThrow('as those in /proc do')
      const empty = join(folder, 'empty')
      await writeFile(empty, '')
      expect([...(await readRegularFile(empty, 5))]).toEqual([])
    },
  )

  it('reads up to its limit', async () => {
    const file = join(folder, 'five')
    await writeFile(file, Uint8Array.of(1, 2, 3, 4, 5))
    expect([...(await readRegularFile(file, 5))]).toEqual([1, 2, 3, 4, 5])
    await expect(readRegularFile(file, 4)).rejects.toThrow('it has 5 bytes, more than the 4 that are read')
    await expect(readRegularFile(join(folder, 'none'), 4)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('filePolicyStore', () => {
  it('says what to do where a file is in the place of its folder', async () => {
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    const refusal = { code: 'policy-unreadable', message: expect.stringContaining('choose another folder') }
    const store = filePolicyStore(file)
    await expect(store.load('abc')).rejects.toMatchObject(refusal)
    await expect(store.journal!.read('abc')).rejects.toMatchObject(refusal)
  })

  it('may be named by a file: address', async () => {
    await filePolicyStore(pathToFileURL(join(folder, 'policies'))).save('abc', { a: 1 })
    expect(await filePolicyStore(join(folder, 'policies')).load('abc')).toEqual({ a: 1 })
  })

  it.skipIf(process.platform === 'win32')('reports a pipe in place of a policy', async () => {
    execFileSync('mkfifo', [join(folder, 'abc.json')])
    const refusal = { code: 'policy-unreadable', message: expect.stringContaining('it is a named pipe') }
    await expect(filePolicyStore(folder).load('abc')).rejects.toMatchObject(refusal)
  })

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
