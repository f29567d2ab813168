import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { cli, tinyModels as fixtures, repository, temporaryFolder } from './run-cli.ts'

const main = join(repository, 'apps/cli/dist/main.js')

let cwd: string
beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly log: string
}

/** Runs Node in a process of its own and sends it signals, each once its log or output says that it is time. */
async function processOf(
  args: readonly string[],
  signals: readonly { readonly when: RegExp; readonly signal: NodeJS.Signals }[],
): Promise<Ended> {
  const env = { ...process.env, FASTFLOW_MODELS: fixtures, FASTFLOW_CACHE: join(cwd, 'cache') }
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  // Where a signal is not heard, nobody else ends it.
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended: { -readonly [Name in keyof Ended]: Ended[Name] } = {
    code: null,
    signal: null,
    out: '',
    log: '',
  }
  const waiting = [...signals]
  const listen = (stream: 'out' | 'log') => (text: Buffer) => {
    ended[stream] += text
    const [next] = waiting
    if (next === undefined || !next.when.test(ended.log + ended.out)) return
    waiting.shift()
    child.kill(next.signal)
  }
  child.stdout.on('data', listen('out'))
  child.stderr.on('data', listen('log'))
  const [code, signal] = await once(child, 'close')
  expect(waiting, ended.log).toEqual([])
  return { ...ended, code, signal }
}

/** Runs a command line and interrupts it where its log matches. */
function interrupted(
  args: readonly string[],
  when: RegExp,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<Ended> {
  return processOf([main, ...args, '--threads', '1'], [{ when, signal }])
}

const filesOf = async (folder: string): Promise<string[]> => (await readdir(join(cwd, folder))).sort()

/** Some of the first image's ten are done, and not all. */
const second = /1\d\d\/500 steps/

describe('what makes pictures keeps those that are done', () => {
  test('generate', async () => {
    const args = ['generate', '--model', 'words', '--prompt', 'owl', '--steps', '50', '--count', '10']
    const { code, signal, log } = await interrupted(args, second)
    expect({ code, signal }).toEqual({ code: 130, signal: null })
    expect(log.trimEnd().split('\n').at(-1)).toBe('fastflow: cancelled')
    const files = await filesOf('out')
    expect(files).toContain('words-owl-0.png')
    expect(files.length).toBeLessThan(10)
    for (const file of files) expect((await sharp(join(cwd, 'out', file)).metadata()).format).toBe('png')
  })

  test('edit', async () => {
    const create = { width: 16, height: 16, channels: 3, background: 'red' } as const
    await sharp({ create }).toFile(join(cwd, 'in.png'))
    const args = ['edit', '--model', 'words-edit', '--image', 'in.png', '--prompt', 'owl', '--steps', '50']
    const { code } = await interrupted([...args, '--count', '10'], second, 'SIGTERM')
    expect(code).toBe(143)
    expect(await filesOf('out')).toContain('words-edit-owl-0.png')
  })

  test('video', async () => {
    const args = ['video', '--model', 'words-motion', '--prompt', 'owl', '--steps', '50', '--count', '10']
    const { code } = await interrupted(args, second)
    expect(code).toBe(130)
    expect(await filesOf('out')).toEqual(
      expect.arrayContaining(['words-motion-owl-0.apng', 'words-motion-owl-0.webp']),
    )
  })

  test('while it plans from an image: the image is the result, and there is no plan', async () => {
    const args = ['generate', '--model', 'words', '--prompt', 'owl', '--steps', '300', '--accelerate', 'plan']
    const { code, out, log } = await interrupted([...args, '--json'], /300\/300 steps/, 'SIGTERM')
    expect(code).toBe(143)
    expect(log).toContain('planning from this image was cancelled')
    expect(JSON.parse(out)).toMatchObject({ images: [{ seed: 0, nfe: 300 }] })
    expect(await filesOf('out')).toEqual(['words-owl-0.png'])
    expect(existsSync(join(cwd, 'cache'))).toBe(false)
  })
})

/** Measured are the plans of a model, which an image brings. */
async function planned(): Promise<readonly string[]> {
  const run = ['--model', 'words', '--steps', '12', '--cache', 'kept', '--threads', '1']
  const image = ['generate', '--prompt', 'owl', '--accelerate', 'plan', '--nfe', '5', ...run]
  expect((await cli(cwd, image, { models: fixtures })).code).toBe(0)
  return [...run, '--metric', 'psnr']
}

describe('what calibrates and measures keeps what it has found out', () => {
  test('calibrate', async () => {
    const args = ['calibrate', '--model', 'words', '--evaluations', '4000', '--out', 'plan.json']
    const { code, log } = await interrupted(args, /search/, 'SIGTERM')
    expect(code).toBe(143)
    expect(log).toMatch(/the same command goes on from .*plan\.json\.checkpoint\nfastflow: cancelled/)
    expect(await filesOf('.')).toEqual(['plan.json.checkpoint'])
    const { checkpoint } = JSON.parse(await readFile(join(cwd, 'plan.json.checkpoint'), 'utf8'))
    expect(checkpoint.spent).toBeGreaterThan(0)
  })

  test("calibrate, of the paper's policy", async () => {
    const args = ['calibrate', '--model', 'words', '--method', 'paper', '--generations', '1000']
    const { code } = await interrupted([...args, '--out', 'paper.json'], /1\d\d\/1000/)
    expect(code).toBe(130)
    expect(await filesOf('.')).toEqual([])
  })

  test('measure, and learn-bench, which measures too', async () => {
    const measured = [...(await planned()), '--runs', '200']
    const first = await processOf(
      [main, 'measure', ...measured],
      [{ when: /20\/200 runs/, signal: 'SIGINT' }],
    )
    expect(first.code).toBe(130)
    const runs = async (): Promise<number> => {
      const documents = (await filesOf('kept')).map((file) => readFile(join(cwd, 'kept', file), 'utf8'))
      const tables = (await Promise.all(documents)).map((text) => JSON.parse(text))
      return tables.find(({ format }) => format === 'fastflow-quality').runs.length
    }
    const before = await runs()
    expect(before).toBeGreaterThanOrEqual(20)
    const next = [{ when: /[4-8]0\/200 runs/, signal: 'SIGTERM' }] as const
    const again = await processOf([main, 'learn-bench', ...measured], next)
    expect(again.code).toBe(143)
    expect(await runs()).toBeGreaterThan(before)
  })
})

describe('what computes without a network', () => {
  test('learn-bench, in the middle of its replays', async () => {
    const replays = ['--runs', '4', '--repeats', '10000', '--generations', '10000']
    const args = [main, 'learn-bench', ...(await planned()), ...replays]
    const { code, log } = await processOf(args, [{ when: /4\/4 runs/, signal: 'SIGINT' }])
    expect(code).toBe(130)
    expect(log).toContain('fastflow: cancelled')
  })

  test('policy evaluate, in the middle of its resamples', async () => {
    const decision = {
      ...{ format: 'fastflow-decision', version: 3, key: 'k', seed: 1, mode: 'on', arms: [6, 50], arm: 0 },
      ...{ propensity: 0.5, choices: [{ context: [1, 0], among: [0, 1], taken: [0] }], landings: [] },
      ...{ metric: 'lpips', limit: 0.05, proxy: 'p/1', scores: [], shadowNfe: 0, reward: 0.5 },
    }
    const lines = Array<string>(100_000).fill(JSON.stringify(decision))
    await writeFile(join(cwd, 'log.jsonl'), ['broken', ...lines].join('\n'))
    const args = [main, 'policy', 'evaluate', 'log.jsonl', '--policy', 'uniform']
    const { code, out } = await processOf(args, [{ when: /log\.jsonl:1 .* left out/, signal: 'SIGTERM' }])
    expect(code).toBe(143)
    expect(out).toBe('')
  })
})

describe('benches', () => {
  const bench = [
    'bench',
    '--model',
    'words',
    '--samples',
    '200',
    '--nfe',
    '5',
    '--generations',
    '2',
    '--tune',
    '0',
  ]

  test('bench keeps finished parts in its checkpoint', async () => {
    const args = [...bench, '--no-plans', '--checkpoint', 'bench.log']
    const { code } = await interrupted(args, /sample [2-9]\d* of 200/)
    expect(code).toBe(130)
    const lines = (await readFile(join(cwd, 'bench.log'), 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).key)).toContain('sample 0')
  })

  test.each<[string, string[], RegExp]>([
    ['--guard', ['--guard', '--steps', '16', '--samples', '100'], /\d\/100 samples/],
    ['--quality', ['--quality', '--steps', '12', '--samples', '100'], /[1-9]\d*\/100 samples/],
  ])('bench %s', async (_, more, when) => {
    const args = ['bench', '--model', 'words', '--nfe', '5', ...more]
    const { code, out } = await interrupted(args, when, 'SIGTERM')
    expect(code).toBe(143)
    expect(out).toBe('')
  })

  test('demo', async () => {
    const args = ['demo', '--models', 'words', '--minutes', '30']
    const { code } = await interrupted(args, /bench words \d+\/\d+/)
    expect(code).toBe(130)
  })
})

describe('a second signal', () => {
  test.each([
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('ends at once: %s, then %s', async (first, then) => {
    const io = pathToFileURL(join(repository, 'apps/cli/dist/io.js'))
    const endless = `
      import { processIo } from ${JSON.stringify(io.href)}
      const { signal, out } = processIo()
      setInterval(() => {}, 1000)
      signal.addEventListener('abort', () => out('told ' + signal.reason.exitCode))
      out('ready')`
    const signals = [
      { when: /ready/, signal: first },
      { when: /told/, signal: then },
    ]
    const ended = await processOf(['--input-type=module', '--eval', endless], signals)
    expect(ended.signal).toBe(then)
    expect(ended.out).toBe(`ready\ntold ${first === 'SIGINT' ? 130 : 143}\n`)
  })
})
