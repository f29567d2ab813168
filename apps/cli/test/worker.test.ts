import { beforeEach, describe, expect, it, onTestFinished, test } from 'vitest'
import { noRedis, startRedis } from '../../../packages/store-redis/test/redis-server.ts'
import { runCli } from '../src/cli.ts'
import { cli, temporaryFolder, tinyModels } from './run-cli.ts'

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
