import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { effortFor, expectedMs, leastMs, shareOf, timeEvaluation } from '../src/demo/effort.ts'
import { cli, repository, temporaryFolder } from './run-cli.ts'

const models = join(repository, 'packages/testkit/fixtures/models')

describe('demo', () => {
  test('shows images, edits beside the picture before, and clips that move, in one report', async () => {
    const cwd = await temporaryFolder(onTestFinished)
    const words = ['words', 'words-edit', 'words-motion']
    const args = ['demo', '--models', words.join(','), '--minutes', '1', '--threads', '1', '--samples', '2']
    const { code, out, log } = await cli(cwd, args, { models })
    expect(log).toMatch(/words-motion: .*measuring on \d+ samples; about \d+ s/)
    expect(code).toBe(0)
    expect(out).toMatch(/^words-edit$/m)
    expect(out).toMatch(/^plan-10 /m)
    const files = await readdir(join(cwd, 'out'))
    const [clip] = files.filter((name) => name.startsWith('words-motion-') && name.endsWith('full.webp'))
    expect(clip).toBeDefined()
    expect((await sharp(join(cwd, 'out', clip!)).metadata()).pages).toBeGreaterThan(1)
    expect(files.filter((name) => /^words-edit-.+-before\.png$/.test(name))).toHaveLength(2)
    const page = await readFile(join(cwd, 'out/report.html'), 'utf8')
    expect(page).toContain('<img src="data:image/webp;base64,')
    expect(page).toContain('<source media="(prefers-reduced-motion: reduce)" srcset="data:image/png;base64,')
    expect(page.match(/alt="the picture before: /g)).toHaveLength(2)
    expect(page.match(/value="source"/g)).toHaveLength(1)
  })
})

describe('effort', () => {
  const pipe = { defaults: { numSteps: 50, guidanceScale: 2 } }
  const limits = { samples: 10, generations: 100 }

  test('is the most that fits, and falls as evaluations get dearer', () => {
    const efforts = [1, 5, 20, 100, 1000].map((each) => effortFor(pipe, 60_000, each, limits))
    expect(efforts[0]).toMatchObject({ plans: 'calibrated', exact: true, samples: 10, paperGenerations: 100 })
    expect(efforts.at(-1)).toMatchObject({ plans: 'own', exact: false, samples: 1, paperGenerations: 0 })
    const costs = efforts.map((terms) => expectedMs(terms, 1))
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
    for (const [n, each] of [1, 5, 20, 100].entries())
      expect(expectedMs(efforts[n]!, each)).toBeLessThanOrEqual(60_000)
  })

  test('keeps to what the user allows', () => {
    expect(effortFor(pipe, 1e9, 1, { samples: 3, generations: 7 })).toMatchObject({
      samples: 3,
      paperGenerations: 7,
    })
  })

  test('is shared so that all get the least they need, and the rest in equal parts', () => {
    expect(shareOf(100, [10, 30])).toBe(40)
    expect(shareOf(60, [30])).toBe(60)
    expect(shareOf(5, [10, 30])).toBe(10)
    expect(leastMs(pipe, 2)).toBe(2 * expectedMs(effortFor(pipe, 0, 1, limits), 1))
  })

  test('is measured after a warm-up', async () => {
    let now = 0
    const took = { 2: 500, 4: 40 }
    const each = await timeEvaluation(
      async (numSteps) => {
        now += took[numSteps as 2 | 4]
      },
      () => now,
    )
    expect(each).toBe(10)
  })
})
