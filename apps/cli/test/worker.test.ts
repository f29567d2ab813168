import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { noRedis, startRedis } from '../../../packages/store-redis/test/redis-server.ts'
import { runCli } from '../src/cli.ts'
import { cli, repository, temporaryFolder, tinyModels } from './run-cli.ts'

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

/** Runs a command until the test has ended; once it has said what matches `line`. */
async function running(args: readonly string[], line: RegExp): Promise<RegExpExecArray> {
  const stop = new AbortController()
  const log: string[] = []
  let code: Promise<number> = Promise.resolve(0)
  const said = new Promise<RegExpExecArray>((resolve) => {
    code = runCli(args, {
      out: () => {},
      log: (text) => {
        log.push(text)
        const found = line.exec(text)
        if (found) resolve(found)
      },
      rewrite: undefined,
      env: { FASTFLOW_MODELS: tinyModels },
      cwd,
      signal: stop.signal,
    })
  })
  onTestFinished(async () => {
    stop.abort()
    await code
  })
  return Promise.race([
    said,
    code.then((ended) => Promise.reject(new Error(`ended with ${ended}: ${log.join('\n')}`))),
  ])
}

describe.skipIf(noRedis)(`a fleet ${noRedis ?? ''}`, () => {
  it('makes what one machine is asked for on another', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const shared = ['--queue', `redis://127.0.0.1:${redis.client.options.port}`, '--data', 'data', '--quiet']
    const model = ['--model', 'words']
    const [, base] = await running(
      ['serve', '--port', '0', '--concurrency', '0', ...shared, ...model],
      / at (http\S+?);/,
    )
    await running(['worker', ...shared, ...model], /works on words/)
    const status = ['queue', 'status', shared[0]!, shared[1]!]
    expect((await cli(cwd, status)).out).toBe('0 jobs wait; 0 at work; 1 workers')
    const { out } = await cli(cwd, [...status, '--json'])
    expect(JSON.parse(out)).toEqual({ waiting: 0, running: 0, oldestSeconds: 0, workers: 1 })
    const answer = await fetch(`${base}/images/generations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'red', seed: 1 }),
    })
    expect(await answer.json()).toMatchObject({
      size: '16x16',
      fastflow: { images: [{ seed: 1, steps: 12 }] },
    })
  })
})

describe('docker/', () => {
  const dockerfile = readFileSync(join(repository, 'docker/Dockerfile'), 'utf8')
  const compose = parse(readFileSync(join(repository, 'docker/compose.yaml'), 'utf8'), { merge: true })
  /** A command of a container, with what this machine has in the place of what is in there. */
  const here = (command: readonly string[], redis = ''): string[] => {
    const names: Readonly<Record<string, string>> = {
      emoji: 'words',
      '0.0.0.0': '127.0.0.1',
      '8000': '0',
      '/data': join(cwd, 'data'),
      '/run/secrets/keys': join(cwd, 'keys'),
      'redis://valkey:6379': redis,
    }
    return command.map((word) => names[word] ?? word)
  }

  it('runs the command line by itself', async () => {
    const [, entry] = /^ENTRYPOINT (.+)$/m.exec(dockerfile)!
    const [, usual] = /^CMD (.+)$/m.exec(dockerfile)!
    expect(JSON.parse(entry!)).toEqual(['node', '/fastflow/apps/cli/dist/main.js'])
    const bin: string = JSON.parse(readFileSync(join(repository, 'apps/cli/package.json'), 'utf8')).bin
      .fastflow
    expect(join('apps/cli', bin)).toBe('apps/cli/dist/main.js')
    await running([...here(JSON.parse(usual!)), '--port', '0'], / at (http\S+?);/)
  })

  it.skipIf(noRedis)('has a server whose images its workers make', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const { server, worker, valkey } = compose.services
    expect(worker.deploy.replicas).toBe(2)
    for (const { image, volumes } of [server, worker])
      expect({ image, volumes }).toEqual({ image: 'fastflow:local', volumes: ['data:/data'] })
    expect(valkey.command.slice(1)).toEqual(['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
    await writeFile(join(cwd, 'keys'), `me ${createHash('sha256').update('secret').digest('hex')}\n`)
    const address = `redis://127.0.0.1:${redis.client.options.port}`
    const [, base] = await running(here(server.command, address), / at (http\S+?);/)
    await running(here(worker.command, address), /works on words/)
    const answer = await fetch(`${base}/images/generations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
      body: JSON.stringify({ prompt: 'red', seed: 1 }),
    })
    expect(await answer.json()).toMatchObject({ fastflow: { images: [{ seed: 1 }] } })
  })
})

test('says which option of a fleet is missing or wrong', async () => {
  const args = ['worker', '--model', 'words']
  expect(await cli(cwd, [...args, '--queue', 'redis://127.0.0.1:1'])).toMatchObject({
    code: 2,
    log: expect.stringContaining('--data'),
  })
  expect(await cli(cwd, [...args, '--queue', 'here', '--data', 'data'])).toMatchObject({
    code: 2,
    log: expect.stringContaining('redis://'),
  })
})
