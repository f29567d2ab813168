import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calibrate, createRandom, fillNormal, linearSchedule } from '@fastflow/core'
import { learnerOf, paperPolicy } from '@fastflow/pipelines'
import { mutateJson } from '@fastflow/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openBenchLog } from '../src/bench-log.ts'
import { openCheckpoint } from '../src/checkpoint-file.ts'
import { cli, repository, temporaryFolder } from './run-cli.ts'

const { document: plan } = await calibrate({
  velocity: (x, sigma) => x.map((value) => value / (sigma + 0.5)),
  schedule: linearSchedule(12),
  noise: (seed) => fillNormal(new Float32Array(32), seed),
  budgets: [3, 5],
  evaluations: 120,
  key: { model: 'f'.repeat(64), guidance: 1.5, dims: [2, 4, 4], dtype: 'float32' },
})

function paper(): unknown {
  const { policy, id } = paperPolicy()
  const outcome = { completed: true, nfe: 12 }
  const state = policy.finish(policy.init({ sigmas: [], numSteps: 12, random: () => 0 }), outcome)
  const { sigmas } = linearSchedule(12)
  const run = { model: 'f'.repeat(64), sigmas, guidanceScale: 1.5, guidanceInterval: [0.1, 0.9] }
  const key = { ...run, dims: [2, 4, 4], dtype: 'float32', extrapolator: 'emulate-2', policy: id }
  return { format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state }
}

function decision(seed: number, arm: number): unknown {
  const context = [1, seed % 2, 0, 0, 0, 0, 0, 0, 0]
  return {
    format: 'fastflow-decision',
    version: 3,
    key: 'k',
    seed,
    mode: 'on',
    arms: [6, 10, 50],
    arm,
    propensity: 1 / 3,
    choices: [{ context, among: [0, 1, 2], taken: [arm] }],
    landings: [-2],
    metric: 'lpips',
    limit: 0.05,
    proxy: 'p/1',
    scores: [],
    shadowNfe: 0,
    reward: 0.1 * arm,
  }
}

/** Runs the command on damaged copies: each prints figures, or is refused by one line that names the file. */
async function tryAll(document: unknown, args: readonly string[], mutations: number): Promise<void> {
  const cwd = await temporaryFolder(onTestFinished)
  const { next } = createRandom(3)
  let refused = 0
  for (let n = 0; n < mutations; n++) {
    const text = mutateJson(document, next)
    await writeFile(join(cwd, 'a.json'), text)
    const { code, out, log } = await cli(cwd, args)
    const told = { text: text.slice(0, 2000), out, log }
    expect(log, JSON.stringify(told)).not.toMatch(/unexpected error/)
    if (!text.includes('NaN')) expect(out, JSON.stringify(told)).not.toMatch(/NaN|undefined|\[object/)
    if (code === 0) continue
    refused++
    expect(told).toMatchObject({
      out: '',
      log: expect.stringMatching(/^fastflow: [^\n]*a\.json[^\n]*; [^\n]*$/),
    })
  }
  expect(refused).toBeGreaterThan(mutations / 10)
  expect(refused).toBeLessThan(mutations)
}

describe('odd documents', () => {
  test.each([
    ['policy show', plan, ['policy', 'show', 'a.json']],
    ['policy show --json', plan, ['policy', 'show', 'a.json', '--json']],
    ['policy export', plan, ['policy', 'export', 'a.json', '--nfe', '12']],
    ['policy show of the paper', paper(), ['policy', 'show', 'a.json']],
    ['policy show of the paper --json', paper(), ['policy', 'show', 'a.json', '--json']],
  ])('%s', (_, document, args) => tryAll(document, args, 300))

  test('policy evaluate: the line of a log', async () => {
    const cwd = await temporaryFolder(onTestFinished)
    const { next } = createRandom(4)
    const good = Array.from({ length: 12 }, (_, seed) => JSON.stringify(decision(seed, seed % 3)))
    for (let n = 0; n < 100; n++) {
      const text = mutateJson(decision(5, 1), next)
      await writeFile(join(cwd, 'log.jsonl'), [...good, text.replaceAll('\n', ' ')].join('\n'))
      const { code, out, log } = await cli(cwd, [
        'policy',
        'evaluate',
        'log.jsonl',
        '--policy',
        'uniform',
        '--json',
      ])
      expect({ code, text }).toEqual({ code: 0, text })
      const { decisions, leftOut, estimates } = JSON.parse(out)
      if (leftOut > 0) expect(log).toMatch(/^log\.jsonl:13 .*; left out$/m)
      expect(decisions + leftOut).toBeLessThanOrEqual(13)
      for (const { value, low, high } of estimates)
        for (const figure of [value, low, high])
          expect({ text, figure }).toEqual({ text, figure: expect.any(Number) })
    }
  })

  test('policy evaluate: the state of a policy', async () => {
    const cwd = await temporaryFolder(onTestFinished)
    const log = Array.from({ length: 12 }, (_, seed) => JSON.stringify(decision(seed, seed % 3)))
    await writeFile(join(cwd, 'log.jsonl'), log.join('\n'))
    const learner = learnerOf('lin-ucb')
    const goal = { metric: 'lpips', limit: 0.05, confidence: 0.9 } as const
    const state = { document: { learner: learner.init(goal, [6, 10, 50], undefined) } }
    const { next } = createRandom(4)
    for (let n = 0; n < 300; n++) {
      const text = mutateJson(state, next)
      await writeFile(join(cwd, 'a.json'), text)
      const {
        code,
        out,
        log: said,
      } = await cli(cwd, ['policy', 'evaluate', 'log.jsonl', '--policy', 'a.json'])
      expect({ text, said }).toEqual({ text, said: expect.not.stringContaining('unexpected error') })
      if (code === 0) expect(out).not.toContain('NaN')
      else expect(said).toMatch(/^fastflow: --policy: .*a\.json.*; give full, uniform/s)
    }
  })

  test('--cases', async () => {
    const models = join(repository, 'packages/testkit/fixtures/models')
    const cwd = await temporaryFolder(onTestFinished)
    const args = ['calibrate', '--model', 'words', '--cases', 'a.jsonl', '--nfe', '5', '--out', 'plan.json']
    const few = ['--evaluations', '1', '--threads', '1']
    for (const [line, problem] of [
      ['['.repeat(100_000), 'nests deeper'],
      ['[]', 'is not a JSON object'],
      ['{"prompt":["a"]}', 'prompt: ["a"] is not a text'],
      ['{"prompt":"a","prompt":"b"}', 'a name twice'],
      ['{"prompt":"a","__proto__":{}}', 'has the field __proto__'],
      ['{"prompt":"a","caption":null}', 'caption: null is not a text'],
      [Buffer.from([0x22, 0xff, 0x22]), 'its bytes are not UTF-8'],
    ] as const) {
      const good = Buffer.from('{"prompt":"owl"}\n\n')
      await writeFile(join(cwd, 'a.jsonl'), Buffer.concat([good, Buffer.from(line)]))
      const { code, log } = await cli(cwd, [...args, ...few], { models })
      expect({ code, log }).toEqual({ code: 2, log: expect.stringMatching(/--cases: .*a\.jsonl:3 /) })
      expect(log).toContain(problem)
    }
  })

  test('checkpoints of calibrations and benches', async () => {
    const cwd = await temporaryFolder(onTestFinished)
    const { next } = createRandom(6)
    const terms = {
      plan: 'p',
      target: 'exact',
      evaluations: null,
      budgets: [5],
      passes: null,
      cases: null,
      start: null,
    }
    const stored = { format: 'fastflow-plan-checkpoint', version: 1, terms, checkpoint: { version: 3 } }
    const log = join(cwd, 'log')
    const cost = { learning: 0, planning: 1, oracle: 0, tuning: 0, samples: 2 }
    const opened = await openBenchLog(log, { model: 'a' })
    await opened.once(
      'one',
      async () => ({ nfe: [1, 2], x: { y: null } }),
      () => cost,
    )
    const entry = { key: 'one', part: { nfe: [1, 2] }, cost, digest: '0'.repeat(64) }
    for (let n = 0; n < 500; n++) {
      const text = mutateJson(stored, next)
      await writeFile(join(cwd, 'c'), text)
      await refusedOrNot(() => openCheckpoint(join(cwd, 'c'), terms), text)
      const line = mutateJson(entry, next).replaceAll('\n', ' ')
      await writeFile(log, `{"format":"fastflow-bench-log","version":2,"terms":{"model":"a"}}\n${line}\n`)
      await refusedOrNot(() => openBenchLog(log, { model: 'a' }), line)
    }
  })
})

async function refusedOrNot(open: () => Promise<unknown>, text: string): Promise<void> {
  const error: unknown = await open().then(
    () => undefined,
    (reason) => reason,
  )
  if (error === undefined) return
  expect({ text, error }).toMatchObject({
    text,
    error: { code: expect.stringMatching(/^policy-/), field: expect.stringMatching(/./) },
  })
}

test('a part of a bench that is not what was written is measured again, not gone on with', async () => {
  const path = join(await temporaryFolder(onTestFinished), 'log')
  const cost = { learning: 0, planning: 0, oracle: 0, tuning: 0, samples: 1 }
  const log = await openBenchLog(path, {})
  await log.once(
    'one',
    async () => ({ psnr: 41 }),
    () => cost,
  )

  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('41', '14'))
  const again = await openBenchLog(path, {})
  expect(again).toMatchObject({ found: 0, damaged: 1 })
  const part = await again.once(
    'one',
    async () => ({ psnr: 41 }),
    () => cost,
  )
  expect(part).toEqual({ psnr: 41 })
})
