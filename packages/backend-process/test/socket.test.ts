import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ProcessBackend, processBackend } from '../src/index.ts'
import { fixture, load, row, valuesOf } from './support.ts'

/** A socket whose connections `serve` answers, removed with the test. */
async function listening(serve: (connection: Socket) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  const path = join(folder, 'worker.sock')
  const connections = new Set<Socket>()
  const server = createServer((connection) => {
    connections.add(connection)
    connection.on('error', () => {})
    serve(connection)
  })
  server.listen(path)
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const connection of connections) connection.destroy()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  return path
}

/** A worker of its own for every connection, as long as that lasts. */
function serveWorker(connection: Socket): void {
  const child = spawn(process.execPath, [fixture('worker')], { stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => {})
  connection.pipe(child.stdin)
  child.stdout.pipe(connection)
  child.on('exit', () => connection.destroy())
  connection.on('close', () => child.kill('SIGKILL'))
}

function backendAt(socket: string): ProcessBackend {
  const backend = processBackend({ socket })
  onTestFinished(() => backend.close())
  return backend
}

describe.skipIf(process.platform === 'win32')('workers that listen on a socket', () => {
  it('run networks; each folder has a connection', async () => {
    let connections = 0
    const path = await listening((connection) => {
      connections++
      serveWorker(connection)
    })
    const backend = backendAt(path)
    const folders = await Promise.all([backend.open('one'), backend.open('two'), backend.open('one')])
    const runners = await Promise.all(folders.map((folder) => folder.load('net/model.onnx')))
    for (const runner of runners) expect(await valuesOf(runner, row(1, 2, 3))).toEqual([3, 5, 7])
    expect(connections).toBe(2)
    expect(runners[0]!.executionProvider).toBe('plain/js')
    await backend.close()
    expect(await valuesOf(runners[0]!, row(0, 0, 0))).toEqual([1, 1, 1])
    expect(connections).toBe(3)
  })

  it('killed in the middle of a run fail it; the next call connects again', async () => {
    const runner = await load(backendAt(await listening(serveWorker)), 'dies/model.onnx')
    const failed = { code: 'model-failed', message: expect.stringContaining('ended (it hung up)') }
    await expect(runner.run({ x: row(666, 0, 0) })).rejects.toMatchObject(failed)
    expect(await valuesOf(runner, row(1, 1, 1))).toEqual([3, 3, 3])
  })

  it.each([
    [{ socket: '' }, 'socket'],
    [{ socket: 5 as unknown as string }, 'socket'],
    [{ socket: '/run/worker.sock', command: ['node'] }, 'socket'],
    [{}, 'command'],
  ])('are told by one path alone: %j', (options, field) => {
    expect(() => processBackend(options)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', field }),
    )
  })

  it('that are not there, or write what is no frame, are told of', async () => {
    const missing = backendAt(join(tmpdir(), 'fastflow-no-such.sock')).open('folder')
    await expect(missing).rejects.toMatchObject({
      code: 'unsupported',
      field: 'socket',
      message: expect.stringMatching(/ENOENT.*--socket PATH/),
    })
    const odd = await listening((connection) => connection.write('HTTP/1.1 200 OK\r\n\r\n'))
    const refusal = {
      code: 'unsupported',
      message: expect.stringContaining('it wrote something that is no frame'),
    }
    await expect(backendAt(odd).open('folder')).rejects.toMatchObject(refusal)
  })
})
