import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { cli, tinyModels as models, repository, temporaryFolder } from './run-cli.ts'

const scorer = ['--scorer', join(repository, 'models/emoji-clip')]
let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const bench = (...args: string[]) => cli(cwd, ['bench', '--quality', ...args, '--threads', '1'], { models })

async function cases(...lines: readonly unknown[]): Promise<readonly string[]> {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  await writeFile(join(cwd, 'cases.jsonl'), texts.join('\n'))
  return ['--cases', 'cases.jsonl']
}

async function square(name: string, background: string): Promise<void> {
  await sharp({ create: { width: 64, height: 64, channels: 3, background } }).toFile(join(cwd, name))
}

describe('figures', () => {
  test('pictures are scored against their prompts and held against the true ones', async () => {
    await square('red.png', '#f00')
    await square('blue.png', '#00f')
    const file = await cases({ prompt: 'owl', target: 'red.png' }, { prompt: 'cat', target: 'blue.png' })
    const { code, out } = await bench(
      '--model',
      'words',
      ...file,
      ...scorer,
      '--nfe',
      '6',
      '--samples',
      '3',
      '--json',
    )
    expect(code).toBe(0)
    const { rows, ...document } = JSON.parse(out)
    expect(document).toMatchObject({
      model: 'words',
      task: 'text-to-image',
      samples: 3,
      cases: 'cases.jsonl',
    })
    expect(document.scorer.score).toMatch(/^clip\//)
    const [full, plan] = rows
    expect(full).toMatchObject({
      method: 'full',
      nfe: 12,
      passes: 24,
      speedup: 1,
      psnr: { mean: 100, p10: 100 },
    })
    expect(full.fit.change).toEqual({ mean: 0, low: 0, high: 0 })
    expect(full.contrast.mean).toBeGreaterThan(0)
    expect(full.contrast.mean * (1 + plan.contrast.change.mean)).toBeCloseTo(plan.contrast.mean, 9)
    expect(full.frechet.distance).toBeGreaterThan(0)
    // There is no plan for this model yet: the first sample is a full run, the plan for the others comes from it.
    expect(plan).toMatchObject({ method: 'plan-6', nfe: 8 })
    expect(plan.frechet.change).toBeCloseTo(plan.frechet.distance / full.frechet.distance - 1)
    expect(plan.fit.change.low).toBeLessThanOrEqual(plan.fit.change.mean)
    expect(rows.every((row: object) => !('target' in row || 'motion' in row))).toBe(true)
  })

  test('edits are held against the true pictures', async () => {
    await square('red.png', '#f00')
    const file = await cases({ prompt: 'owl', image: 'red.png', target: 'red.png' })
    const { out } = await bench('--model', 'words-edit', ...file, '--nfe', '6', '--samples', '2', '--json')
    const { rows, scorer: none } = JSON.parse(out)
    expect(none).toBeNull()
    for (const row of rows) {
      expect(Number.isFinite(row.target.mean)).toBe(true)
      expect(row).not.toHaveProperty('fit')
    }
  })

  test('clips have consistency and motion', async () => {
    const { code, out } = await bench(
      ...['--model', 'words-motion', ...scorer, '--frames', '3', '--nfe', '6', '--samples', '2'],
    )
    expect(code).toBe(0)
    expect(out).toMatch(/PSNR dB +p10 +contrast +change +consistency +change +motion +change/)
    expect(out).toMatch(/2 samples of the model's own list/)
  })
})

describe('bad input', () => {
  test.each([
    ['cases.jsonl:1 is not valid JSON', ['{']],
    ['cases.jsonl:1 has no prompt', [{ image: 'red.png' }]],
    [
      'cases.jsonl:2 has the field size; known are prompt, image, target, caption',
      [{ prompt: 'a' }, { prompt: 'b', size: 3 }],
    ],
    ['cases.jsonl:1 prompt: 7 is not a text', [{ prompt: 7 }]],
    ['cases.jsonl:2 has an empty prompt', [{ prompt: 'a' }, { prompt: ' ' }]],
    ['is empty; write one JSON object a line', ['']],
    ['none.png cannot be read', [{ prompt: 'a', target: 'none.png' }]],
  ])('%s', async (message, lines) => {
    const { code, log } = await bench('--model', 'words', ...(await cases(...lines)))
    expect(code).toBe(2)
    expect(log).toContain(message)
  })

  test('a model that edits needs pictures', async () => {
    const { code, log } = await bench('--model', 'words-edit', ...(await cases({ prompt: 'owl' })))
    expect(code).toBe(2)
    expect(log).toContain('cases.jsonl:1 has no image; words-edit edits pictures')
  })

  test('options of the one bench do not go with the other', async () => {
    const { log } = await bench('--model', 'words', '--report', 'a.html')
    expect(log).toContain('--report: does not go with --quality')
    const other = await cli(cwd, ['bench', '--model', 'words', '--scorer', 'clip'], { models })
    expect(other.code).toBe(2)
    expect(other.log).toContain('--scorer: goes with --quality')
    expect((await bench('--model', 'words', '--frames', '3')).log).toContain('words is a text-to-image model')
  })
})
