import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { cli, tinyModels as models, temporaryFolder } from './run-cli.ts'

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

// One thread: the networks are tiny, and threads that wait for work slow everything else down.
const run = (...args: string[]) => cli(cwd, [...args, '--threads', '1'], { models })

async function picture(name: string, width = 20, height = 10): Promise<void> {
  const background = { r: 255, g: 0, b: 0, alpha: 0.5 }
  await sharp({ create: { width, height, channels: 4, background } }).toFile(join(cwd, name))
}

describe('generate', () => {
  test('draws what a prompt describes and says so in the metadata', async () => {
    const prompt = ['--prompt', 'Owl', '--negative-prompt', 'ant']
    const { code, out } = await run('generate', '--model', 'words', ...prompt, '--steps', '3', '--json')
    expect(code).toBe(0)
    const document = JSON.parse(out)
    expect(document).toMatchObject({
      task: 'text-to-image',
      prompt: 'Owl',
      steps: 3,
      nfe: 3,
      passes: 6,
      notes: [],
    })
    const file = join(cwd, 'out/words-owl-0.png')
    expect(document.images[0].file).toBe(file)
    const { width, exif } = await sharp(file).metadata()
    expect(width).toBe(16)
    expect(exif?.toString('latin1')).toMatch(/"prompt":"Owl","negativePrompt":"ant","seed":0/)
  })

  test('says what a guidance of 0 leaves out, once, in the words of the command line', async () => {
    const args = [
      'generate',
      '--model',
      'words',
      '--prompt',
      'owl',
      '--steps',
      '2',
      '--count',
      '2',
      '--guidance',
      '0',
    ]
    const { code, log } = await run(...args)
    expect(code).toBe(0)
    expect(log.match(/--guidance: 0 ignores the prompt and follows the negative prompt alone/g)).toHaveLength(
      1,
    )
    expect(JSON.parse((await run(...args, '--json')).out).notes).toHaveLength(1)
  })

  test('follows a plan from the second image on', async () => {
    const { out } = await run(
      ...['generate', '--model', 'words', '--prompt', 'owl', '--count', '2'],
      ...['--accelerate', 'plan', '--nfe', '6', '--json'],
    )
    expect(JSON.parse(out).images.map(({ nfe }: { nfe: number }) => nfe)).toEqual([12, 6])
  })

  test('notes a prompt that is cut, and words that are unknown', async () => {
    const { code, log } = await run(
      'generate',
      '--model',
      'words',
      '--prompt',
      'é'.repeat(10_000),
      '--steps',
      '2',
    )
    expect(code).toBe(0)
    expect(log).toContain('prompt: only the first 8 of 10002 tokens are read')
    expect(log).toContain('prompt: the model has never seen letters of')
    expect((await readdir(join(cwd, 'out'))).map((name) => name.length)).toEqual([52])
  })
})

describe('edit', () => {
  test('changes a picture, fitted on white into the size of the model', async () => {
    await picture('red.webp')
    const { code, out } = await run(
      ...['edit', '--model', 'words-edit', '--image', 'red.webp', '--prompt', 'owl'],
      ...['--guidance', '1', '--json'],
    )
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ task: 'image-editing', images: [{ nfe: 12, passes: 12 }] })
    const file = join(cwd, 'out/words-edit-owl-0.png')
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
    // Rows 4 to 11 hold the picture, the rest is white; the prompt moves all of it by the same amount.
    const [red, green] = [data[3 * 16 * 6]!, data[3 * 16 * 6 + 1]!]
    expect(red - green).toBeGreaterThan(50)
    expect((await sharp(file).metadata()).exif?.toString('latin1')).toContain('"image":"red.webp"')
  })

  test.each<[string, (name: string) => Promise<unknown>, RegExp]>([
    ['missing', async () => {}, /--image: in\.png cannot be read \(ENOENT\)/],
    ['empty', (file) => writeFile(file, ''), /--image: in\.png is empty; give a PNG/],
    ['no picture', (file) => writeFile(file, 'hello'), /--image: in\.png is not a picture/],
    [
      'of another format',
      (file) => writeFile(file, '<svg xmlns="http://www.w3.org/2000/svg"/>'),
      /--image: in\.png is/,
    ],
    ['of a hundred megapixels', huge, /--image: in\.png has 10000 x 10000 pixels; make it smaller than 25/],
    ['truncated', truncated, /--image: in\.png is damaged \(.*save it again/],
  ])('refuses a picture that is %s', async (_, make, problem) => {
    await make(join(cwd, 'in.png'))
    const { code, log } = await run('edit', '--model', 'words-edit', '--image', 'in.png', '--prompt', 'owl')
    expect(code).toBe(2)
    expect(log).toMatch(problem)
    expect(await readdir(join(cwd, 'out'))).toEqual([])
  })
})

/** A picture of one pixel whose header says otherwise. */
async function huge(file: string): Promise<void> {
  const create = { width: 1, height: 1, channels: 3, background: 'white' } as const
  const bytes = await sharp({ create }).png().toBuffer()
  bytes.writeUInt32BE(10_000, 16)
  bytes.writeUInt32BE(10_000, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  await writeFile(file, bytes)
}

async function truncated(file: string): Promise<void> {
  const noise = {
    width: 64,
    height: 64,
    channels: 3,
    background: 'red',
    noise: { type: 'gaussian' },
  } as const
  const bytes = await sharp({ create: noise }).png().toBuffer()
  await writeFile(file, bytes.subarray(0, bytes.length / 2))
}

describe('video', () => {
  test('writes each clip as animated WebP and PNG', async () => {
    const { code, out } = await run(
      ...['video', '--model', 'words-motion', '--prompt', 'owl', '--frames', '5', '--steps', '2', '--json'],
    )
    expect(code).toBe(0)
    const [{ files, frames, fps }] = JSON.parse(out).images
    expect({ frames, fps }).toEqual({ frames: 5, fps: 8 })
    expect(files.map((file: string) => file.slice(-5))).toEqual(['.webp', '.apng'])
    const webp = await sharp(files[0], { pages: -1 }).metadata()
    expect(webp).toMatchObject({
      format: 'webp',
      pages: 5,
      loop: 0,
      delay: Array(5).fill(125),
      pageHeight: 16,
    })
    expect(webp.exif?.toString('latin1')).toContain('"prompt":"owl","frames":5')
    const apng = await readFile(files[1])
    const chunks = chunksOf(apng)
    const types = chunks.map(({ type }) => type)
    expect(types.join(' ')).toMatch(/^IHDR .*acTL fcTL IDAT( fcTL fdAT){4} IEND$/)
    const numbered = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT')
    expect(numbered.map(({ data }) => data.readUInt32BE(0))).toEqual([...numbered.keys()])
    expect(apng.toString('latin1')).toContain('"prompt":"owl","frames":5')
    // A reader that knows no animation sees the first frame.
    const first = await sharp(apng).raw().toBuffer()
    expect(first.equals(await sharp(files[0], { page: 0 }).removeAlpha().raw().toBuffer())).toBe(true)
  })
})

function chunksOf(png: Buffer): { readonly type: string; readonly data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8)
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + png.readUInt32BE(at)) })
  }
  return chunks
}

test.each<[string, string[], RegExp]>([
  [
    'class for words',
    ['generate', '--model', 'words', '--class', 'owl'],
    /--class: words draws .*--prompt "owl"/,
  ],
  ['nothing to draw', ['generate', '--model', 'words'], /--prompt: is missing/],
  ['empty prompt', ['generate', '--model', 'words', '--prompt', ''], /--prompt: is empty/],
  [
    'endless prompt',
    ['generate', '--model', 'words', '--prompt', 'a'.repeat(10_001)],
    /--prompt: has 10001 characters/,
  ],
  [
    'endless negative prompt',
    ['generate', '--model', 'words', '--prompt', 'owl', '--negative-prompt', 'a'.repeat(10_001)],
    /--negative-prompt: has 10001 characters/,
  ],
  [
    'model that edits',
    ['generate', '--model', 'words-edit', '--prompt', 'owl'],
    /"fastflow edit"; models for generate: .*words/,
  ],
  [
    'model that cannot edit',
    ['edit', '--model', 'words', '--image', 'a.png', '--prompt', 'owl'],
    /models for edit: words-edit/,
  ],
  [
    'model that makes no clips',
    ['video', '--model', 'words', '--prompt', 'owl'],
    /models for video: words-motion/,
  ],
  [
    'no frames',
    ['video', '--model', 'words-motion', '--prompt', 'owl', '--frames', '0'],
    /--frames: "0" is not/,
  ],
  [
    'too many frames',
    ['video', '--model', 'words-motion', '--prompt', 'owl', '--frames', '9'],
    /--frames: 9 .* from 2 to 8/,
  ],
])('bad input: %s', async (_, args, problem) => {
  const { code, out, log } = await run(...args)
  expect(code).toBe(2)
  expect(out).toBe('')
  expect(log.split('\n').at(-1)).toMatch(problem)
})
