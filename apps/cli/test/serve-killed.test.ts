import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { repository, temporaryFolder, tinyModels } from './run-cli.ts'

const main = join(repository, 'apps/cli/dist/main.js')

/** `fastflow serve` as a process of its own, once it answers. */
async function serving(cwd: string, concurrency: number) {
  const args = ['serve', '--port', '0', '--model', 'words', '--data', 'data', '--quiet']
  const child = spawn(process.execPath, [main, ...args, '--concurrency', String(concurrency)], {
    cwd,
    env: { ...process.env, FASTFLOW_MODELS: tinyModels, FASTFLOW_CACHE: join(cwd, 'cache') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  for await (const line of createInterface(child.stderr)) {
    const [, base] = / at (http\S+?);/.exec(line) ?? []
    if (base !== undefined) return { base, kill }
  }
  throw new Error('it ended before it answered')
}

test('jobs that were accepted survive kill -9, each with the id and the seed it had', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const first = await serving(cwd, 1)
  const submit = async (body: object): Promise<string> => {
    const answer = await fetch(`${first.base}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint: '/v1/images/generations', body }),
    })
    expect(answer.status).toBe(202)
    return ((await answer.json()) as { id: string }).id
  }
  const long = { prompt: 'red', n: 10, num_inference_steps: 200, quality: 'high' }
  const ids = [await submit({ ...long, seed: 5 })]
  for (const prompt of ['green', 'blue']) ids.push(await submit({ prompt, seed: 7 }))
  const read = async (base: string, id: string) =>
    (await (await fetch(`${base}/jobs/${id}`)).json()) as {
      status: string
      result: { data: { url: string }[]; fastflow: { images: { seed: number }[] } } | null
    }
  const states = await Promise.all(ids.map(async (id) => (await read(first.base, id)).status))
  expect(states.slice(1)).toEqual(['queued', 'queued'])
  await first.kill()

  const second = await serving(cwd, 1)
  for (const [k, id] of ids.entries()) {
    await (await fetch(`${second.base}/jobs/${id}/events`)).text()
    const { status, result } = await read(second.base, id)
    expect(status).toBe('completed')
    expect(result!.fastflow.images[0]!.seed).toBe(k === 0 ? 5 : 7)
    expect((await fetch(result!.data.at(-1)!.url)).status).toBe(200)
  }
})
