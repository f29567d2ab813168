import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cli, repository, temporaryFolder } from './run-cli.ts'

describe('video', () => {
  /** The tiny video model with other settings. */
  async function changed(settings: Record<string, unknown>): Promise<{ cwd: string; models: string }> {
    const cwd = await temporaryFolder(onTestFinished)
    const models = join(cwd, 'models')
    const from = join(repository, 'packages/testkit/fixtures/models/words-motion')
    await cp(from, join(models, 'words-motion'), { recursive: true })
    const config = join(models, 'words-motion/transformer/config.json')
    await writeFile(config, JSON.stringify({ ...JSON.parse(await readFile(config, 'utf8')), ...settings }))
    return { cwd, models }
  }
  const video = (cwd: string, models: string, ...args: string[]) => {
    const command = ['video', '--model', 'words-motion', '--prompt', 'owl', '--steps', '2', '--json', ...args]
    return cli(cwd, [...command, '--threads', '1'], { models })
  }

  test('of one frame is a still picture, and so is bench of it', async () => {
    const { cwd, models } = await changed({ min_num_frames: 1 })
    const { code, out } = await video(cwd, models, '--frames', '1')
    expect(code).toBe(0)
    const [{ files, frames }] = JSON.parse(out).images
    expect(frames).toBe(1)
    const [webp, apng] = files.map((file: string) => sharp(file).removeAlpha().raw().toBuffer())
    expect((await webp).equals(await apng)).toBe(true)
    const report = ['--samples', '1', '--nfe', '5', '--generations', '2', '--tune', '0', '--report', 'r.html']
    const options = ['--model', 'words-motion', '--frames', '1', '--no-plans', '--threads', '1', ...report]
    expect((await cli(cwd, ['bench', ...options], { models })).code).toBe(0)
    const quality = ['bench', '--quality', '--model', 'words-motion', '--frames', '1', '--samples', '1']
    expect((await cli(cwd, [...quality, '--nfe', '5', '--threads', '1'], { models })).code).toBe(0)
  })

  test('at more frames a second than browsers play says what is shown', async () => {
    const { cwd, models } = await changed({ frames_per_second: 240 })
    const { code, out, log } = await video(cwd, models, '--frames', '8', '--count', '2')
    expect(code).toBe(0)
    const { notes, images } = JSON.parse(out)
    const shown = (await sharp(images[0].files[0], { animated: true }).metadata()).pages
    expect(notes).toEqual([expect.stringContaining(`shows ${shown} of the 8 frames`)])
    expect(log).toContain(notes[0])
  })

  test.each([0, -8, 2.5, 'NaN', 241])('of %s frames a second is refused before any work', async (fps) => {
    const { cwd, models } = await changed({ frames_per_second: fps })
    const { code, log } = await video(cwd, models)
    expect(code).not.toBe(0)
    expect(log).toContain('frames_per_second')
    expect(log).not.toContain('steps')
  })
})
