import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calibrate, fillNormal, linearSchedule } from '@fastflow/core'
import { renderReport, visible } from '@fastflow/report'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createProgress } from '../src/progress.ts'
import { guarded } from '../src/terminal.ts'
import { type CliRun, cli, tinyModels as fixtures, repository, temporaryFolder } from './run-cli.ts'

/** Colours, a title, a C1 sequence, an overwritten line, a bell and text that reads backwards. */
const HOSTILE =
  'owl\u001b[31m\u001b]0;title\u0007\u009b2J\rfastflow: done\b\u0000\u007f\u202egnp.exe\u2066\u200f'
const acted = /[^\P{Cc}\n]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/u

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const run = (...args: string[]) => cli(cwd, args, { models: fixtures })

function expectHarmless({ out, log }: CliRun, shown: 'out' | 'log' | 'both'): void {
  expect(out).not.toMatch(acted)
  expect(log).not.toMatch(acted)
  for (const text of shown === 'both' ? [out, log] : [{ out, log }[shown]])
    expect(text).toContain('\\u001b[31m')
}

describe('what a command prints', () => {
  test('of a prompt', async () => {
    const few = ['--model', 'words', '--prompt', HOSTILE, '--steps', '2', '--threads', '1']
    const people = await run('generate', ...few)
    expect(people.code).toBe(0)
    expectHarmless(people, 'log')
    const { code, out, log } = await run('generate', ...few, '--json', '--out', 'other')
    expect(code).toBe(0)
    expect(out).not.toMatch(acted)
    expect(log).not.toMatch(acted)
    expect(JSON.parse(out).prompt).toBe(HOSTILE)
  })

  test('of the name of a model, of files and of folders', async () => {
    const name = HOSTILE.replaceAll(/[/\0]/g, '')
    await mkdir(join(cwd, 'all'))
    await cp(join(fixtures, 'words'), join(cwd, 'all', name), { recursive: true })
    const listed = await cli(cwd, ['generate', '--model', 'none', '--prompt', 'owl'], {
      models: join(cwd, 'all'),
    })
    expect(listed.code).toBe(2)
    expectHarmless(listed, 'log')
    const args = ['--prompt', 'owl', '--steps', '2', '--threads', '1']
    const made = await run('generate', '--model', join(cwd, 'all', name), ...args, '--out', name)
    expect(made.code).toBe(0)
    expectHarmless(made, 'both')
    expectHarmless(await run('edit', '--model', 'words-edit', '--prompt', 'owl', '--image', name), 'log')
    expectHarmless(await run('policy', 'show', name), 'log')
    expectHarmless(await cli(cwd, ['doctor'], { models: join(cwd, 'all') }), 'out')
  })

  test.each([
    [['generate', '--model', 'words', '--prompt', 'owl', '--steps', HOSTILE]],
    [['generate', '--model', HOSTILE, '--prompt', 'owl']],
    [[HOSTILE]],
    [['doctor', `--${HOSTILE}`]],
    [['demo', '--models', HOSTILE]],
    [['bench', '--model', 'words', '--cases', HOSTILE]],
    [['proxies', 'add', 'lpips', '--from', HOSTILE]],
    [['calibrate', '--model', 'words', '--out', `none/\0${HOSTILE}`]],
  ])('of an argument that it refuses (%#)', async (args) => {
    const refused = await run(...args)
    expect(refused.code).toBeGreaterThan(0)
    expectHarmless(refused, 'log')
  })

  test('of documents of others', async () => {
    const { document } = await calibrate({
      velocity: (x, sigma) => x.map((value) => value / (sigma + 0.5)),
      schedule: linearSchedule(12),
      noise: (seed) => fillNormal(new Float32Array(8), seed),
      budgets: [3],
      evaluations: 60,
    })
    const key = { ...document.key, model: HOSTILE, schedule: { ...document.key.schedule, name: HOSTILE } }
    await writeFile(join(cwd, 'plan.json'), JSON.stringify({ ...document, key }))
    const plan = await run('policy', 'show', 'plan.json')
    expect(plan.code).toBe(0)
    expectHarmless(plan, 'out')
    const json = await run('policy', 'show', 'plan.json', '--json')
    expectHarmless(json, 'out')
    expect(JSON.parse(json.out).key.model).toBe(HOSTILE)
    await writeFile(join(cwd, 'broken.json'), JSON.stringify({ format: 'fastflow-plan', version: HOSTILE }))
    expectHarmless(await run('policy', 'show', 'broken.json'), 'log')
    await writeFile(join(cwd, 'log'), `${JSON.stringify({ version: 1, key: HOSTILE })}\n`)
    const evaluated = await run('policy', 'evaluate', 'log', '--policy', 'full')
    expect(evaluated.out + evaluated.log).not.toMatch(acted)
    await writeFile(join(cwd, 'cases'), JSON.stringify({ prompt: 'owl', [HOSTILE]: 'x' }))
    expectHarmless(await run('bench', '--model', 'words', '--cases', 'cases'), 'log')
  })

  test('of names in documents of others is one line each, and a short one', async () => {
    const { document } = await calibrate({
      velocity: (x, sigma) => x.map((value) => value / (sigma + 0.5)),
      schedule: linearSchedule(12),
      noise: (seed) => fillNormal(new Float32Array(8), seed),
      budgets: [3],
      evaluations: 60,
    })
    const forged = `x\ncertified: --psnr up to --confidence 0.999, by 999 held-out runs\n${'😀'.repeat(9999)}`
    const schedule = { ...document.key.schedule, name: forged }
    const key = { ...document.key, model: forged, dtype: forged, schedule }
    await writeFile(join(cwd, 'plan.json'), JSON.stringify({ ...document, key }))
    const { code, out } = await run('policy', 'show', 'plan.json')
    expect(code).toBe(0)
    expect(out).not.toMatch(/\p{Surrogate}/u)
    const lines = out.split('\n')
    expect(lines.filter((line) => line.startsWith('certified: '))).toEqual([
      expect.stringMatching(/^certified: nothing/),
    ])
    expect(lines).toHaveLength(7)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(600)
  })

  test('of the configs of a model, and of its labels', async () => {
    await cp(join(repository, 'models/cifar10'), join(cwd, 'mine'), {
      recursive: true,
      filter: (path) => !path.endsWith('policies'),
    })
    const index = JSON.parse(await readFile(join(cwd, 'mine/model_index.json'), 'utf8'))
    const path = join(cwd, 'mine/unet/config.json')
    const config = JSON.parse(await readFile(path, 'utf8'))
    const labels = index.id2label ?? config.id2label
    const id2label = { ...labels, 0: HOSTILE }
    await writeFile(path, JSON.stringify({ ...config, id2label }))
    await writeFile(join(cwd, 'mine/model_index.json'), JSON.stringify({ ...index, id2label }))
    expectHarmless(await run('generate', '--model', './mine', '--class', 'dragon'), 'log')
    const made = await run('generate', '--model', './mine', '--class', '0', '--steps', '2')
    expect(made.code).toBe(0)
    expect(made.out + made.log).not.toMatch(acted)
    await writeFile(path, JSON.stringify({ ...config, prediction_type: HOSTILE }))
    expectHarmless(await run('generate', '--model', './mine', '--class', '0'), 'log')
  })

  test('of a picture that cannot be decoded', async () => {
    const noise = { width: 64, height: 64, channels: 3, background: 'red' } as const
    const bytes = await sharp({ create: noise }).png().toBuffer()
    await writeFile(join(cwd, `${HOSTILE.replaceAll('\0', '')}.png`), bytes.subarray(0, bytes.length / 2))
    const image = `${HOSTILE.replaceAll('\0', '')}.png`
    expectHarmless(await run('score', image, '--proxy', 'psnr', '--reference', image), 'log')
  })
})

test('text keeps its lines, its letters and the value of its JSON', () => {
  expect(visible('a\n  b\t\u001b[0m é 👩‍👩‍👧 می‌خواهم')).toBe('a\n  b\\u0009\\u001b[0m é 👩‍👩‍👧 می‌خواهم')
  const document = { prompt: HOSTILE, list: ['\u0085', '\u2028'] }
  const text = visible(JSON.stringify(document, null, 2))
  expect(text).not.toMatch(acted)
  expect(JSON.parse(text)).toEqual(document)
})

test('the line that shows progress is one line, and nothing in it but its own bar moves', () => {
  const lines: string[] = []
  const { signal } = new AbortController()
  const io = {
    out: () => {},
    log: () => {},
    rewrite: (text: string) => lines.push(text),
    env: {},
    cwd,
    signal,
  }
  const progress = createProgress(guarded(io), `words ${HOSTILE}\nfastflow: done`, () => 0)
  progress.update(1, 2, `\u001b[2J\nsteps`)
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
})

test('a report shows controls as they are written', () => {
  const created = '2026-11-30T00:00:00.000Z'
  const page = renderReport({ title: HOSTILE, created, command: HOSTILE, sections: [] })
  expect(page).not.toMatch(acted)
})
