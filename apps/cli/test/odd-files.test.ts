import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Io } from '../src/io.ts'
import { writeResult } from '../src/rescue.ts'
import { cli, tinyModels as models, temporaryFolder } from './run-cli.ts'

const windows = process.platform === 'win32'
let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const run = (...args: string[]) => cli(cwd, args, { models })
const edit = (image: string) =>
  run('edit', '--model', 'words-edit', '--prompt', 'owl', '--image', image, '--steps', '2')

/** What can lie in place of a file, and what is said of it. */
const kinds: readonly (readonly [string, (path: string) => unknown, RegExp])[] = [
  ['a named pipe', (path) => execFileSync('mkfifo', [path]), /it is a named pipe, not a file/],
  ['a device', (path) => symlink('/dev/zero', path), /it is a device, not a file/],
  ['a folder', (path) => mkdir(path), /it is a folder, not a file/],
  ['a socket', listen, /it is a socket, not a file/],
  ['a link that leads nowhere', (path) => symlink('nowhere', path), /ENOENT/],
  ['a link to itself', (path) => symlink(path, path), /ELOOP/],
]

async function listen(path: string): Promise<void> {
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(path, resolve))
}

describe.skipIf(windows).each(kinds)('%s', (_, make, problem) => {
  test.each<[string, string[]]>([
    ['--image', ['edit', '--model', 'words-edit', '--prompt', 'owl', '--image', 'odd']],
    ['IMAGE', ['score', 'odd', '--proxy', 'psnr', '--reference', 'odd']],
    ['--cases', ['bench', '--model', 'words', '--cases', 'odd']],
    [
      '--policy',
      ['generate', '--model', 'words', '--prompt', 'a', '--accelerate', 'plan', '--policy', 'odd'],
    ],
    ['FILE', ['policy', 'show', 'odd']],
    ['LOG', ['policy', 'evaluate', 'odd', '--policy', 'full']],
    ['--start', ['calibrate', '--model', 'words', '--start', 'odd', '--out', 'plan.json']],
    ['--weights', ['proxies', 'build', 'lpips', '--weights', 'odd', '--out', 'lpips.onnx']],
    ['--from', ['proxies', 'add', 'lpips', '--from', 'odd']],
  ])('is refused as %s', async (option, args) => {
    await make(join(cwd, 'odd'))
    const { code, log } = await run(...args)
    expect(code).toBeGreaterThan(0)
    // A folder is a source all right; what is missing is the file in it.
    const inside = option === '--from' && problem.source.includes('folder')
    expect(log.split('\n').at(-1)).toMatch(inside ? /safetensors cannot be read \(ENOENT\)/ : problem)
    expect(log.split('\n').at(-1)).toMatch(new RegExp(`^fastflow: ${option}.*odd`))
  })
})

describe.skipIf(windows)('a model whose files are odd', () => {
  test.each([
    ['model_index.json', 'model_index.json'],
    ['tokenizer/tokenizer.json', 'tokenizer/tokenizer.json'],
    ['vae_decoder/model.onnx', 'vae_decoder/model.onnx'],
  ])('is refused naming %s', async (path, named) => {
    await cp(join(models, 'words'), join(cwd, 'mine'), { recursive: true })
    await rm(join(cwd, 'mine', path))
    execFileSync('mkfifo', [join(cwd, 'mine', path)])
    const { code, log } = await run('generate', '--model', './mine', '--prompt', 'owl')
    expect(code).toBe(1)
    expect(log).toContain(named)
    expect(log).toContain('it is a named pipe, not a file')
  })

  test.each([4, 16, 64])('is refused where its scale_factor is %d', async (scale_factor) => {
    await cp(join(models, 'words'), join(cwd, 'mine'), { recursive: true })
    const path = join(cwd, 'mine/vae_decoder/config.json')
    const config = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...config, scale_factor }))
    const { code, log } = await run('generate', '--model', './mine', '--prompt', 'owl')
    expect(code).toBe(1)
    expect(log).toMatch(
      /vae_decoder\/config.json: scale_factor: \d+ does not fit: .*makes 16 x 16 pixels of 2 x 2/,
    )
    expect(await readdir(join(cwd, 'out'))).toEqual([])
  })
})

describe('a file that is too large', () => {
  test.each([
    ['--image', ['edit', '--model', 'words-edit', '--prompt', 'owl', '--image', 'large'], 2 ** 28],
    ['--cases', ['bench', '--model', 'words', '--cases', 'large'], 2 ** 26],
    ['FILE', ['policy', 'show', 'large'], 2 ** 26],
    ['LOG', ['policy', 'evaluate', 'large', '--policy', 'full'], 2 ** 28],
    ['--weights', ['proxies', 'build', 'lpips', '--weights', 'large', '--out', 'a.onnx'], 200_000_000],
  ])('is not read as %s', async (option, args, most) => {
    // A file with a hole takes no space.
    await writeFile(join(cwd, 'large'), '{')
    await truncate(join(cwd, 'large'), most + 1)
    const { code, log } = await run(...args)
    expect(code).toBeGreaterThan(0)
    expect(log).toMatch(
      new RegExp(`^fastflow: ${option}.*large .*it has ${most + 1} bytes, more than the ${most} `),
    )
  })
})

describe('a picture', () => {
  test.each([
    [1, 25_000_000],
    [25_000_000, 1],
    [2, 32_769],
  ])('of %d x %d pixels is a strip that is not resized', async (width, height) => {
    await writeFile(join(cwd, 'strip.png'), stripOf(width, height))
    const { code, log } = await edit('strip.png')
    expect(code).toBe(2)
    expect(log).toBe(
      `fastflow: --image: strip.png has ${width} x ${height} pixels; make no side longer than 32768`,
    )
  })

  test('may be long all the same', async () => {
    const create = { width: 1, height: 32_768, channels: 3, background: 'red' } as const
    await sharp({ create }).toFile(join(cwd, 'long.png'))
    expect((await edit('long.png')).code).toBe(0)
  })

  test('may be named by a file: address', async () => {
    const create = { width: 9, height: 9, channels: 3, background: 'red' } as const
    await sharp({ create }).toFile(join(cwd, 'a b.png'))
    expect((await edit(pathToFileURL(join(cwd, 'a b.png')).href)).code).toBe(0)
    const { exif } = await sharp(join(cwd, 'out/words-edit-owl-0.png')).metadata()
    expect(exif?.toString('latin1')).toContain('"image":"a b.png"')
    const { code, log } = await edit('https://example.com/a.png')
    expect({ code, log }).toEqual({
      code: 2,
      log: expect.stringContaining('--image: https://example.com/a.png is not on disk'),
    })
  })
})

/** A PNG of grey pixels that is small as a file. */
function stripOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  const chunk = (type: string, data: Buffer): Buffer => {
    const content = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(data.length, 0)
    ends.writeUInt32BE(crc32(content), 4)
    return Buffer.concat([ends.subarray(0, 4), content, ends.subarray(4)])
  }
  const pixels = deflateSync(Buffer.alloc((width + 1) * height))
  const chunks = [chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks])
}

describe('outputs are checked before work', () => {
  const long = `${'x'.repeat(240)}.json`
  const plan = ['calibrate', '--model', 'words', '--out']
  const lpips = [
    'generate',
    '--model',
    'words',
    '--prompt',
    'owl',
    '--accelerate',
    'auto',
    '--lpips',
    '0.1',
    '--log',
  ]

  test.each<[string, string, string[], RegExp]>([
    ['a device for a plan', '--out', [...plan, '/dev/null'], /it is a device, not a file/],
    ['a pipe for a plan', '--out', [...plan, 'pipe.json'], /it is a pipe, not a file/],
    ['a name that is too long', '--out', [...plan, long], /ENAMETOOLONG/],
    ['a folder below a file', '--out', [...plan, 'file/plan.json'], /EEXIST|ENOTDIR/],
    [
      'a pipe for a policy of the paper',
      '--out',
      [...plan, 'pipe.json', '--method', 'paper'],
      /it is a pipe/,
    ],
    [
      'a pipe for measured runs',
      '--out',
      ['measure', '--model', 'words', '--out', 'pipe.json'],
      /it is a pipe/,
    ],
    [
      'a folder for a report',
      '--report',
      ['bench', '--model', 'words', '--report', 'folder'],
      /it is a folder/,
    ],
    [
      'a name that is too long for a report',
      '--report',
      ['bench', '--model', 'words', '--report', long],
      /ENAMETOOLONG/,
    ],
    ['a folder for a log', '--log', [...lpips, 'folder'], /it is a folder/],
    ['a pipe for a log', '--log', [...lpips, 'pipe.json'], /it is a pipe/],
    [
      'a folder for a network',
      '--out',
      ['proxies', 'build', 'lpips', '--weights', 'none', '--out', 'folder'],
      /it is a folder/,
    ],
    [
      'a folder for the report of a demo',
      '--out',
      ['demo', '--models', 'words', '--out', 'folder'],
      /report.html.*it is a folder/,
    ],
  ])('%s', async (_, option, args, problem) => {
    await writeFile(join(cwd, 'file'), '')
    await mkdir(join(cwd, 'folder/report.html'), { recursive: true })
    execFileSync('mkfifo', [join(cwd, 'pipe.json')])
    const listed = async () => (await readdir(cwd, { recursive: true })).filter((name) => name !== 'out')
    const before = await listed()
    const { code, log } = await run(...args)
    expect(code).toBe(1)
    expect(log.split('\n').at(-1)).toMatch(new RegExp(`^fastflow: ${option}: cannot write .*`))
    expect(log).toMatch(problem)
    expect(await listed()).toEqual(before)
  })

  test('and what cannot be written any more is kept', async () => {
    await writeFile(join(cwd, 'file'), '')
    const io = { out: () => {} } as unknown as Io
    const error = await writeResult(io, join(cwd, 'file/plan.json'), 'a plan').catch((cause: Error) => cause)
    const kept = /the result is kept in (.*)$/.exec((error as Error).message)?.[1] ?? ''
    expect(await readFile(kept, 'utf8')).toBe('a plan')
    await rm(kept)
  })

  test('may be named by file: addresses', async () => {
    const small = ['--nfe', '5', '--evaluations', '60', '--steps', '9', '--threads', '1']
    const { code } = await run(...plan, pathToFileURL(join(cwd, 'a plan.json')).href, ...small)
    expect(code).toBe(0)
    expect(await readdir(cwd)).toEqual(['a plan.json'])
    // Nothing is replaced in silence either.
    const again = await run(...plan, 'a plan.json', ...small)
    expect(again.log).toContain(`${join(cwd, 'a plan.json')} is there and will be replaced`)
    const shown = await run('policy', 'show', pathToFileURL(join(cwd, 'a plan.json')).href)
    expect(shown.code).toBe(0)
  })
})
