import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { runCli } from '../src/cli.ts'
import { cli, temporaryFolder, tinyModels } from './run-cli.ts'

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

/** Serves until `use` has ended. @returns what was written. */
async function serving(args: readonly string[], use: (base: string) => Promise<void>) {
  const stop = new AbortController()
  const out: string[] = []
  const log: string[] = []
  let told = (_: string): void => {}
  const address = new Promise<string>((resolve) => {
    told = resolve
  })
  const code = runCli(['serve', '--port', '0', ...args], {
    out: (text) => out.push(text),
    log: (text) => {
      log.push(text)
      const [, base] = / at (http\S+?);/.exec(text) ?? []
      if (base) told(base)
    },
    rewrite: undefined,
    env: { FASTFLOW_MODELS: tinyModels, FASTFLOW_CACHE: join(cwd, 'cache') },
    cwd,
    signal: stop.signal,
  })
  try {
    await use(
      await Promise.race([address, code.then((ended) => Promise.reject(new Error(`${ended}: ${log}`)))]),
    )
  } finally {
    stop.abort()
    await code
  }
  return { code: await code, out: out.join('\n'), log: log.join('\n') }
}

function post(base: string, path: string, body: object, headers = {}): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
  return fetch(`${base}${path}`, { ...init, body: JSON.stringify(body) })
}

test('serves models under their names until it is told to end', async () => {
  const { out, log } = await serving(['--model', 'words', `drawing=${tinyModels}/words`], async (base) => {
    const { data } = (await (await fetch(`${base}/models`)).json()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['words', 'drawing'])
    const answer = await post(base, '/images/generations', { model: 'drawing', prompt: 'red', seed: 1 })
    expect(await answer.json()).toMatchObject({
      size: '16x16',
      fastflow: { images: [{ seed: 1, steps: 12 }] },
    })
  })
  expect(log).toMatch(/words, drawing at http:\/\/127\.0\.0\.1:\d+\/v1/)
  expect(out).toContain('"outcome":"completed"')
  expect(out).not.toContain('"red"')
})

test('asks for a key where there are some, and keeps jobs over a restart', async () => {
  await writeFile(join(cwd, 'keys'), `me ${createHash('sha256').update('secret').digest('hex')}\n`)
  const args = ['--model', 'words', '--keys', 'keys', '--data', 'data', '--quiet']
  const mine = { authorization: 'Bearer secret' }
  const job = { endpoint: '/v1/images/generations', body: { prompt: 'red' } }
  let id = ''
  const first = await serving(args, async (base) => {
    expect((await post(base, '/jobs', job)).status).toBe(401)
    const answer = (await (await post(base, '/jobs', job, mine)).json()) as { id: string; events_url: string }
    id = answer.id
    await (await fetch(answer.events_url, { headers: mine })).text()
  })
  expect(first.out).toBe('')
  await serving(args, async (base) => {
    const known = (await (await fetch(`${base}/jobs/${id}`, { headers: mine })).json()) as {
      status: string
      result: { data: { url: string }[] }
    }
    expect(known.status).toBe('completed')
    expect((await fetch(known.result.data[0]!.url)).status).toBe(200)
  })
})

test.each([
  [['--model', 'nothing'], 2, /no model "nothing"/],
  [['--model', 'words', '--host', '0.0.0.0'], 2, /host: 0\.0\.0\.0 can be reached by others/],
  [['--model', 'words', '--keys', 'none'], 2, /--keys: .*none cannot be read \(ENOENT\)/],
  [[], 2, /--model/],
])('refuses %j', async (args, code, why) => {
  const run = await cli(cwd, ['serve', '--port', '0', ...args], { models: tinyModels })
  expect(run).toMatchObject({ code, log: expect.stringMatching(why) })
})
