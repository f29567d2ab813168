import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { cli, repository, temporaryFolder } from './run-cli.ts'

const clip = join(repository, 'models/emoji-clip')
let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const score = (...args: string[]) => cli(cwd, ['score', ...args])

async function paint(name: string, width: number, height: number, level = 0): Promise<string> {
  const bytes = Uint8Array.from({ length: 3 * width * height }, (_, i) => ((i * 37) % 200) + level)
  await sharp(bytes, { raw: { width, height, channels: 3 } }).toFile(join(cwd, name))
  return name
}

describe('score', () => {
  test('compares two pictures at their own size', async () => {
    const [a, b] = [await paint('a.png', 30, 20), await paint('b.png', 30, 20, 5)]
    const { code, out } = await score('--proxy', 'psnr', '--reference', a, b, '--json')
    expect(code).toBe(0)
    const document = JSON.parse(out)
    expect(Object.keys(document)).toEqual(['proxy', 'version', 'value'])
    expect(document).toMatchObject({ proxy: 'psnr', version: 'psnr/1' })
    expect(document.value).toBeCloseTo(10 * Math.log10(255 ** 2 / 25), 9)
    const words = await score('--proxy', 'ssim', '--reference', a, a)
    expect(words.out).toBe('ssim 1.0000 (ssim/1, higher is better)')
  })

  test('holds a picture against a prompt', async () => {
    const fox = join(repository, 'models/emoji/samples.png')
    const args = ['--proxy', 'clip', '--weights', clip, '--prompt', 'a fox, 3d', fox, '--json']
    const { code, out } = await score(...args)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      proxy: 'clip',
      version: expect.stringMatching(/^clip\/1\+/),
      value: expect.any(Number),
    })
  })

  test.each([
    ['--proxy', ['--proxy', 'nix', 'a.png'], 'is not one of psnr, ssim'],
    ['--reference', ['--proxy', 'ssim', 'a.png'], 'is missing'],
    [
      '--reference',
      ['--proxy', 'clip', '--weights', clip, '--prompt', 'x', '--reference', 'a.png', 'a.png'],
      'is not used',
    ],
    ['--prompt', ['--proxy', 'clip', '--weights', clip, 'a.png'], 'is missing'],
    ['prompt', ['--proxy', 'clip', '--weights', clip, '--prompt', '', 'a.png'], 'is empty'],
    ['--weights', ['--proxy', 'clip', '--prompt', 'x', 'a.png'], 'is missing'],
    ['--weights', ['--proxy', 'psnr', '--weights', clip, '--reference', 'a.png', 'a.png'], 'leave it out'],
    ['reference.width', ['--proxy', 'psnr', '--reference', 'b.png', 'a.png'], 'resize'],
    ['IMAGE', ['--proxy', 'psnr', '--reference', 'a.png', 'none.png'], 'cannot be read'],
    ['--reference', ['--proxy', 'psnr', '--reference', 'text.png', 'a.png'], 'is not a picture'],
  ])('%s of %j is bad usage', async (field, args, problem) => {
    await paint('a.png', 30, 20)
    await paint('b.png', 31, 20)
    await writeFile(join(cwd, 'text.png'), 'no picture')
    const { code, out, log } = await score(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(log).toContain(`${field}: `)
    expect(log).toContain(problem)
  })
})
