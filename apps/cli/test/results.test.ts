import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePng } from '@fastflow/media'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { placeFiles } from '../src/place-files.ts'
import { cli, tinyModels as models, temporaryFolder } from './run-cli.ts'

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

/** Runs a command line that makes pictures, and returns the first file of each. */
async function made(...args: string[]): Promise<string[]> {
  const { code, out, log } = await cli(cwd, [...args, '--steps', '2', '--threads', '1', '--json'], { models })
  expect({ code, log: code === 0 ? '' : log }).toEqual({ code: 0, log: '' })
  const { images } = JSON.parse(out) as { images: { file: string }[] }
  return images.map(({ file }) => file.slice(join(cwd, 'out').length + 1))
}

const generate = (...args: string[]) => made('generate', '--model', 'words', ...args)
const files = async () => (await readdir(join(cwd, 'out'))).sort()

async function picture(name: string, background: string): Promise<void> {
  const create = { width: 16, height: 16, channels: 3, background } as const
  await sharp({ create }).toFile(join(cwd, name))
}

describe('a result', () => {
  test('of the same command has the same name, and replaces the one before', async () => {
    const twice = ['--prompt', 'a fox, 3d', '--seed', '1']
    expect(await generate(...twice)).toEqual(['words-a-fox-3d-1.png'])
    const before = await readFile(join(cwd, 'out/words-a-fox-3d-1.png'))
    expect(await generate(...twice)).toEqual(['words-a-fox-3d-1.png'])
    expect(await files()).toEqual(['words-a-fox-3d-1.png'])
    expect((await readFile(join(cwd, 'out/words-a-fox-3d-1.png'))).equals(before)).toBe(true)
    // One of two is the same request as one alone.
    expect(await generate(...twice, '--count', '2')).toEqual(['words-a-fox-3d-1.png', 'words-a-fox-3d-2.png'])
  })

  test.each([
    ['another prompt of the same words', ['--prompt', 'a fox 3d']],
    ['other guidance', ['--prompt', 'a fox, 3d', '--guidance', '3']],
    ['an interval', ['--prompt', 'a fox, 3d', '--guidance-interval', '0.2,0.8']],
    ['a negative prompt', ['--prompt', 'a fox, 3d', '--negative-prompt', 'owl']],
    ['another case', ['--prompt', 'A fox, 3d']],
  ])('leaves one of %s alone, and comes to its own name again', async (_, other) => {
    await generate('--prompt', 'a fox, 3d')
    const before = await readFile(join(cwd, 'out/words-a-fox-3d-0.png'))
    const [name = ''] = await generate(...other)
    expect(name).toMatch(/^words-a-fox-3d-0-[0-9a-f]{8}\.png$/)
    expect(await generate(...other)).toEqual([name])
    expect(await generate('--prompt', 'a fox, 3d')).toEqual(['words-a-fox-3d-0.png'])
    expect(await files()).toEqual([name, 'words-a-fox-3d-0.png'].sort())
    expect((await readFile(join(cwd, 'out/words-a-fox-3d-0.png'))).equals(before)).toBe(true)
  })

  test('of a prompt that begins like another one has a name of its own in any folder', async () => {
    const begin = 'an owl on a branch at night in the rain '
    const [one] = await generate('--prompt', `${begin} one`)
    const [two] = await generate('--prompt', `${begin} two`)
    expect(one).not.toBe(two)
    await rm(join(cwd, 'out'), { recursive: true })
    expect(await generate('--prompt', `${begin} two`)).toEqual([two])
  })

  test('of one prompt for two pictures is kept for both', async () => {
    await picture('red.png', '#f00')
    await picture('blue.png', '#00f')
    const edit = (image: string) => made('edit', '--model', 'words-edit', '--image', image, '--prompt', 'owl')
    const names = [...(await edit('red.png')), ...(await edit('blue.png'))]
    expect(names[0]).toBe('words-edit-owl-0.png')
    expect(await files()).toEqual([...names].sort())
    expect(await edit('red.png')).toEqual([names[0]])
    expect(await edit('blue.png')).toEqual([names[1]])
  })

  test('of a budget between two plans is that of the plan it followed', async () => {
    const plan = ['--accelerate', 'plan', '--prompt', 'owl', '--cache', 'cache', '--threads', '1', '--json']
    const at = async (nfe: string) => {
      const args = ['generate', '--model', 'words', ...plan, '--steps', '12', '--nfe', nfe]
      const { images, nfe: taken } = JSON.parse((await cli(cwd, args, { models })).out)
      return [images[0].file.slice(join(cwd, 'out').length + 1), taken]
    }
    // The first is the full run, which the plan is made of; asked for again, it is accelerated.
    expect(await at('8')).toEqual(['words-owl-0.png', 12])
    expect(await at('8')).toEqual(['words-owl-0.png', 8])
    const [other] = await at('6')
    expect(other).not.toBe('words-owl-0.png')
  })

  test('of two files has both under one name', async () => {
    await mkdir(join(cwd, 'out'))
    await writeFile(join(cwd, 'out/words-motion-owl-0.apng'), 'mine')
    const clip = ['video', '--model', 'words-motion', '--prompt', 'owl', '--frames', '2'] as const
    const [name = ''] = await made(...clip)
    expect(name).toMatch(/^words-motion-owl-0-[0-9a-f]{8}\.webp$/)
    const both = [name, name.replace('.webp', '.apng')]
    expect(await files()).toEqual(['words-motion-owl-0.apng', ...both].sort())
    expect(await readFile(join(cwd, 'out/words-motion-owl-0.apng'), 'utf8')).toBe('mine')
    expect(await made(...clip)).toEqual([name])
  })

  test.each<[string, (path: string) => Promise<unknown>]>([
    ['a file of someone else', (path) => writeFile(path, 'mine')],
    ['a folder', (path) => mkdir(path)],
    ['a link that leads nowhere', (path) => symlink('nowhere', path)],
  ])('leaves %s alone', async (_, make) => {
    await mkdir(join(cwd, 'out'))
    await make(join(cwd, 'out/words-owl-0.png'))
    const [name = ''] = await generate('--prompt', 'owl')
    expect(name).toMatch(/^words-owl-0-[0-9a-f]{8}\.png$/)
    expect(await files()).toEqual([name, 'words-owl-0.png'].sort())
  })
})

describe('results written at the same time', () => {
  const image = { width: 1, height: 1, data: new Uint8Array(3) }
  const contents = async (request: string) => [
    { extension: '.png', bytes: await encodePng(image, { request }) },
    { extension: '.apng', bytes: await encodePng(image, { request }) },
  ]

  test('under one name are all kept', async () => {
    const requests = Array.from({ length: 8 }, (_, k) => `${k}`.repeat(16))
    const placed = await Promise.all(
      requests.map(async (request) => placeFiles(cwd, 'same', request, await contents(request))),
    )
    const all = placed.flat()
    expect(new Set(all).size).toBe(16)
    expect((await readdir(cwd)).map((name) => join(cwd, name)).sort()).toEqual([...all].sort())
    for (const [k, paths] of placed.entries())
      for (const path of paths)
        expect((await sharp(path).metadata()).exif?.toString('latin1')).toContain(requests[k])
  })

  test('of one request are one result', async () => {
    const request = 'a'.repeat(16)
    const writes = Array.from({ length: 4 }, async () =>
      placeFiles(cwd, 'same', request, await contents(request)),
    )
    const paths = [join(cwd, 'same.png'), join(cwd, 'same.apng')]
    expect(await Promise.all(writes)).toEqual([paths, paths, paths, paths])
    expect((await readdir(cwd)).sort()).toEqual(['same.apng', 'same.png'])
  })

  test('may have names of 255 bytes', async () => {
    const request = 'b'.repeat(16)
    const stem = 'x'.repeat(251)
    const [file] = await placeFiles(cwd, stem, request, (await contents(request)).slice(0, 1))
    expect(file).toBe(join(cwd, `${stem}.png`))
  })
})
