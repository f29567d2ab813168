import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { hashedWeights, safetensorsOf } from '../../../packages/proxies/test/lpips-weights.ts'
import { needing, testData } from '../../../packages/proxies/test/test-data.ts'
import { cli, repository, temporaryFolder } from './run-cli.ts'

const file = 'lpips_squeeze_v0.1.safetensors'
const weights = safetensorsOf(hashedWeights('squeeze'))
const digest = createHash('sha256').update(weights).digest('hex')
const truth = testData('lpips')
let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
  await writeFile(join(cwd, file), weights)
})

const run = (...args: string[]) => cli(cwd, args)
const add = (...args: string[]) => run('proxies', 'add', 'lpips', '--net', 'squeeze', ...args)
const installed = () => readdir(join(cwd, 'cache/proxies')).catch(() => [])

async function paint(name: string, level: number): Promise<string> {
  const bytes = Uint8Array.from({ length: 3 * 70 * 64 }, (_, i) => ((i * 37) % 200) + (i % 7) * level)
  await sharp(bytes, { raw: { width: 70, height: 64, channels: 3 } }).toFile(join(cwd, name))
  return name
}

/** The address of a server that hands out one file. */
async function serve(path: string, bytes: Uint8Array): Promise<string> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === path ? 200 : 404
    response.end(request.url === path ? bytes : 'nothing here')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('proxies build', () => {
  test('writes a network that score takes, as safetensors too', async () => {
    const built = await run(
      'proxies',
      'build',
      'lpips',
      '--weights',
      file,
      '--out',
      'dir/lpips.onnx',
      '--json',
    )
    expect(built.code).toBe(0)
    expect(JSON.parse(built.out)).toMatchObject({ proxy: 'lpips-squeeze', file: join(cwd, 'dir/lpips.onnx') })
    const pictures = ['--reference', await paint('a.png', 0), await paint('b.png', 7), '--json']
    const scores = await Promise.all(
      ['dir/lpips.onnx', file].map((path) =>
        run('score', '--proxy', 'lpips', '--weights', path, ...pictures),
      ),
    )
    const [onnx, direct] = scores.map(({ out }) => JSON.parse(out))
    expect(onnx).toMatchObject({
      proxy: 'lpips-squeeze',
      version: expect.stringMatching(/^lpips-squeeze\/1\+/),
    })
    expect(onnx.value).toBeGreaterThan(0)
    expect(direct).toEqual(onnx)
  })

  test.each([
    ['--weights', 'none.safetensors', 2, 'cannot be read'],
    ['header', 'cut.safetensors', 1, 'it is cut off'],
    ['lin6.weight', 'other.safetensors', 1, 'is missing'],
    ['lin0.weight', 'nan.safetensors', 1, 'holds NaN'],
    ['weights', 'foreign.safetensors', 1, 'are of no network that LPIPS uses'],
  ])('refuses %s: %s', async (field, path, code, problem) => {
    await writeFile(join(cwd, 'cut.safetensors'), weights.subarray(0, 7))
    await writeFile(join(cwd, 'other.safetensors'), safetensorsOf(hashedWeights('squeeze').slice(0, -1)))
    const damaged = hashedWeights('squeeze').map((tensor) =>
      tensor.name === 'lin0.weight' ? { ...tensor, data: tensor.data.map(() => Number.NaN) } : tensor,
    )
    await writeFile(join(cwd, 'nan.safetensors'), safetensorsOf(damaged))
    const foreign = [{ name: 'w', shape: [2], data: Float32Array.of(1, 2) }]
    await writeFile(join(cwd, 'foreign.safetensors'), safetensorsOf(foreign))
    const result = await run('proxies', 'build', 'lpips', '--weights', path, '--out', 'x.onnx')
    expect(result.code).toBe(code)
    expect(result.log).toContain(field)
    expect(result.log).toContain(problem)
    expect(await readdir(cwd)).not.toContain('x.onnx')
  })
})

describe('proxies add', () => {
  test('refuses unknown weights, naming the digest that accepts them', async () => {
    const refused = await add('--from', '.')
    expect(refused.code).toBe(1)
    expect(refused.log).toContain(`are not the published ones; if you trust them, add --sha256 ${digest}`)
    const wrong = await add('--from', '.', '--sha256', '00')
    expect(wrong.log).toContain(`--sha256: . has ${digest}`)
    const other = await run('proxies', 'add', 'lpips', '--from', file, '--sha256', digest)
    expect(other.log).toContain('holds weights of squeeze; give --net squeeze')
    expect(await installed()).toEqual([])
  })

  test('installs from a folder and from an address; score finds it', async () => {
    const pictures = ['--reference', await paint('a.png', 0), await paint('b.png', 7)]
    const before = await run('score', '--proxy', 'lpips-squeeze', ...pictures)
    expect(before.code).toBe(2)
    expect(before.log).toContain('run "fastflow proxies add lpips --net squeeze --from DIR"')
    expect((await add('--from', '.', '--sha256', digest)).code).toBe(0)
    const first = await readFile(join(cwd, 'cache/proxies/lpips-squeeze.onnx'))
    const address = await serve(`/weights/${file}`, weights)
    for (const from of [`${address}/weights`, `${address}/weights/${file}`]) {
      expect((await add('--from', from, '--sha256', digest)).code).toBe(0)
      expect(first.equals(await readFile(join(cwd, 'cache/proxies/lpips-squeeze.onnx')))).toBe(true)
    }
    expect(await installed()).toEqual(['lpips-squeeze.onnx'])
    expect((await run('score', '--proxy', 'lpips-squeeze', ...pictures)).code).toBe(0)
    const mixed = await run('score', '--proxy', 'lpips-alex', '--weights', file, ...pictures)
    expect(mixed.log).toContain('is lpips-squeeze, not lpips-alex')
  })

  test('says what is wrong with an address', async () => {
    const address = await serve('/x', weights)
    expect(await add('--from', address)).toMatchObject({
      code: 2,
      log: expect.stringContaining('answers 404'),
    })
    expect((await add('--from', 'http://127.0.0.1:1/x')).log).toContain('cannot be reached')
    expect((await add('--from', 'ftp://x')).log).toContain('neither a path nor http(s)')
    await mkdir(join(cwd, 'empty'))
    expect((await add('--from', 'empty')).log).toContain(`${file} cannot be read (ENOENT)`)
  })

  test.skipIf(truth === undefined)(needing('lpips', 'knows the published weights'), async () => {
    expect((await add('--from', truth!)).code).toBe(0)
    expect((await run('proxies', 'add', 'lpips', '--from', truth!)).code).toBe(0)
    expect((await installed()).sort()).toEqual(['lpips-alex.onnx', 'lpips-squeeze.onnx'])
    const pictures = ['--reference', join(truth!, 'ex_ref.png'), join(truth!, 'ex_p1.png'), '--json']
    const { out } = await run('score', '--proxy', 'lpips', ...pictures)
    expect(JSON.parse(out)).toMatchObject({ proxy: 'lpips-alex', value: expect.closeTo(0.09134, 4) })
  })
})

describe('the shipped estimate', () => {
  test('stands in for LPIPS, and says so', async () => {
    const pictures = ['--reference', await paint('a.png', 0), await paint('b.png', 7), '--json']
    const estimate = await run('score', '--proxy', 'perceptual', ...pictures)
    expect(JSON.parse(estimate.out)).toMatchObject({
      proxy: 'perceptual',
      version: expect.stringMatching(/^perceptual\/1\+/),
    })
    const { out, log } = await run('score', '--proxy', 'lpips', ...pictures)
    expect(out).toBe(estimate.out)
    expect(log).toContain('the shipped estimate of it is used')
  })

  test('is not taken for LPIPS where its file is named', async () => {
    const model = join(repository, 'models/perceptual/model.onnx')
    const pictures = ['--reference', await paint('a.png', 0), 'a.png']
    const { code, log } = await run('score', '--proxy', 'lpips', '--weights', model, ...pictures)
    expect(code).toBe(1)
    expect(log).toContain('is perceptual, not lpips')
  })
})
