import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { isTakenNoteOf, isThere } from '@fastflow/testkit/processes'
import { describe, expect, it } from 'vitest'
import { processBackend } from '../src/index.ts'
import { backendOf, load, row, valuesOf, workers } from './support.ts'

const failed = (words: string): object => ({ code: 'model-failed', message: expect.stringContaining(words) })

describe('workers that end', () => {
  it('killed in the middle of a run fail it; the next call works, of other networks too', async () => {
    const folder = await backendOf('worker').open('folder')
    const [dies, net] = await Promise.all([folder.load('dies/model.onnx'), folder.load('net/model.onnx')])
    for (let round = 0; round < 2; round++) {
      const calls = [dies.run({ x: row(666, 0, 0) }), net.run({ x: row(1, 2, 3) })]
      await expect(calls[0]).rejects.toMatchObject({ field: 'dies/model.onnx', ...failed('SIGKILL') })
      expect((await calls[1])?.outputs.y?.data).toEqual(Float32Array.of(3, 5, 7))
      expect(await valuesOf(dies, row(1, 1, 1))).toEqual([3, 3, 3])
    }
  })

  it('killed while idle are replaced without a word', async () => {
    const runner = await load(backendOf('worker'), 'net/model.onnx')
    const [pid = 0] = workers()
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => isTakenNoteOf(pid)).toBe(true)
    expect(await valuesOf(runner, row(1, 2, 3))).toEqual([3, 5, 7])
    expect(workers()).not.toEqual([pid])
  })

  it('do not come back with another network than was loaded', async () => {
    const runner = await load(backendOf('worker', ['changing']), 'dies/model.onnx')
    await expect(runner.run({ x: row(666, 0, 0) })).rejects.toMatchObject(failed('SIGKILL'))
    const refusal = { code: 'model-unreadable', message: expect.stringContaining('another network') }
    await expect(runner.run({ x: row(1, 1, 1) })).rejects.toMatchObject(refusal)
  })

  it('that hang are ended, and the next call works', async () => {
    const runner = await load(backendOf('worker', [], { runSeconds: 0.2 }), 'hangs/model.onnx')
    const refusal = { code: 'limit-exceeded', field: 'limits.runSeconds' }
    await expect(runner.run({ x: row(666, 0, 0) })).rejects.toMatchObject(refusal)
    // Starting and loading again has a limit of its own.
    expect(await valuesOf(runner, row(1, 2, 3))).toEqual([3, 5, 7])
  })

  it('while they load, by the limit or the signal, are ended', async () => {
    const limited = { code: 'limit-exceeded', field: 'limits.loadSeconds' }
    const slow = backendOf('worker', [], { loadSeconds: 1 })
    await expect(load(slow, 'slow/model.onnx')).rejects.toMatchObject(limited)
    const folder = await backendOf('worker').open('folder')
    const controller = new AbortController()
    const loading = folder.load('slow/model.onnx', { signal: controller.signal })
    controller.abort()
    await expect(loading).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
    await expect(folder.load('net/model.onnx')).resolves.toBeDefined()
  })

  it('leave nothing behind when the backend is closed', async () => {
    const backend = backendOf('worker')
    const runner = await load(backend, 'net/model.onnx')
    expect(workers()).toHaveLength(1)
    await backend.close()
    expect(workers()).toEqual([])
    expect(await valuesOf(runner, row(0, 0, 0))).toEqual([1, 1, 1])
  })

  it('end by themselves once they have had no network for a while', async () => {
    const runner = await load(backendOf('worker', [], { idleSeconds: 0.05 }), 'net/model.onnx')
    await runner.dispose()
    await expect.poll(workers).toEqual([])
  })

  it('end with the process that they work for, which they do not keep', async () => {
    const index = new URL('../dist/index.js', import.meta.url).href
    const worker = new URL('fixtures/worker.mjs', import.meta.url).pathname
    const script = `
      import { processBackend } from ${JSON.stringify(index)}
      const backend = processBackend({ command: [process.execPath, ${JSON.stringify(worker)}] })
      const runner = await (await backend.open('folder')).load('net/model.onnx')
      console.log('loaded')
      if (process.argv[1] === 'stay') setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script, 'stay'], { stdio: 'pipe' })
    await once(parent.stdout, 'data')
    const [pid = 0] = workers(parent.pid)
    parent.kill('SIGKILL')
    await expect.poll(() => isThere(pid)).toBe(false)
    const ended = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
    expect(await once(ended, 'exit')).toEqual([0, null])
  })
})

describe('workers', () => {
  it('may print: their standard output is for frames alone', async () => {
    const runner = await load(backendOf('worker'), 'prints/model.onnx')
    for (let call = 0; call < 2; call++) expect(await valuesOf(runner, row(1, 2, 3))).toEqual([3, 5, 7])
  })

  it('report what a network throws, in one line, and go on', async () => {
    const runner = await load(backendOf('worker'), 'fails/model.onnx')
    const [pid] = workers()
    for (let call = 0; call < 2; call++)
      await expect(runner.run({ x: row(1, 2, 3) })).rejects.toMatchObject(failed('out of luck'))
    expect(workers()).toEqual([pid])
  })

  it('free a network with its last runner', async () => {
    const folder = await backendOf('worker').open('folder')
    const counts = await folder.load('counts/model.onnx')
    const [first, second] = [await folder.load('net/model.onnx'), await folder.load('net/model.onnx')]
    await first.dispose()
    expect(await valuesOf(second, row(1, 2, 3))).toEqual([3, 5, 7])
    expect(await valuesOf(counts, row(0, 0, 0))).toEqual([0, 0, 0])
    await second.dispose()
    expect(await valuesOf(counts, row(0, 0, 0))).toEqual([1, 1, 1])
  })

  it('that cannot be started are told of', async () => {
    const backend = processBackend({ command: ['fastflow-no-such-program'] })
    const refusal = { code: 'unsupported', field: 'command', message: expect.stringContaining('ENOENT') }
    await expect(backend.open('folder')).rejects.toMatchObject(refusal)
  })

  it('say themselves that there is no such folder', async () => {
    const refusal = { code: 'model-not-found', message: expect.stringContaining('missing') }
    await expect(backendOf('worker').open('missing')).rejects.toMatchObject(refusal)
  })

  it('serve files and networks by their names alone', async () => {
    const folder = await backendOf('worker').open('folder')
    expect(await folder.has('net/model.onnx')).toBe(true)
    expect(await folder.has('net')).toBe(false)
    expect(new TextDecoder().decode(await folder.read('model_index.json'))).toContain('Tiny')
    const refusal = {
      code: 'model-not-found',
      field: 'none',
      message: expect.stringContaining('net/model.onnx'),
    }
    await expect(folder.load('none')).rejects.toMatchObject(refusal)
  })
})
