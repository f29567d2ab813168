import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cli, tinyModels as models, temporaryFolder } from './run-cli.ts'

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
