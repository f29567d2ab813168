import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { cli, interruptAt, repository, temporaryFolder } from './run-cli.ts'

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const generate = (...args: string[]) =>
  cli(cwd, ['generate', '--model', 'cifar10', '--class', 'cat', '--seed', '1', ...args])

test('writes one PNG an image and describes it in its metadata', async () => {
  const { code, out } = await generate('--count', '2', '--steps', '3', '--json')
  expect(code).toBe(0)
  const document = JSON.parse(out)
  expect(document).toMatchObject({
    model: 'cifar10',
    class: 'cat',
    accelerate: 'off',
    steps: 3,
    nfe: 3,
    passes: 6,
  })
  expect(document.images.map(({ decisions }: { decisions: string }) => decisions)).toEqual(['CCC', 'CCC'])
  expect((await readdir(join(cwd, 'out'))).sort()).toEqual(['cifar10-cat-1.png', 'cifar10-cat-2.png'])
  const { width, height, format, exif } = await sharp(join(cwd, 'out/cifar10-cat-1.png')).metadata()
  expect({ width, height, format }).toEqual({ width: 32, height: 32, format: 'png' })
  expect(exif?.toString('latin1')).toMatch(/"model":"cifar10".*"class":"cat","seed":1,"steps":3/)
})

test('guidance acts inside its interval alone, and the file says so', async () => {
  const made = (...args: string[]) => generate('--steps', '4', '--json', ...args)
  const { code, out } = await made('--guidance-interval', '0.5,0.75')
  expect(code).toBe(0)
  // At sigma 1, 0.75, 0.5 and 0.25.
  expect(JSON.parse(out)).toMatchObject({ nfe: 4, passes: 6 })
  const { exif } = await sharp(join(cwd, 'out/cifar10-cat-1.png')).metadata()
  expect(exif?.toString('latin1')).toContain('"guidanceInterval":[0.5,0.75]')
  const everywhere = await made('--guidance-interval', '0,1', '--out', 'everywhere')
  expect(JSON.parse(everywhere.out)).toMatchObject({ passes: 8 })
  const planned = ['--steps', '12', '--guidance-interval', '0.2,0.8', '--accelerate', 'plan', '--count', '2']
  const { images } = JSON.parse((await generate(...planned, '--passes', '11', '--json')).out)
  expect(images[0]).toMatchObject({ nfe: 12, passes: 19 })
  expect(images[1].passes).toBeLessThanOrEqual(11)
  expect(images[1].passes).toBeLessThan(2 * images[1].nfe)
  const joint = ['--guidance-interval', '0.2,0.8', '--passes', '13', '--out', 'plan.json']
  const { code: refused, log } = await cli(cwd, ['calibrate', '--model', 'cifar10', ...joint])
  expect(refused).toBe(2)
  expect(log).toMatch(/--passes: are planned jointly where guidance acts at all noise levels/)
})

test('a guidance of 0 ignores the class, and says so', async () => {
  const { code, log } = await generate('--steps', '2', '--guidance', '0')
  expect(code).toBe(0)
  expect(log).toContain(
    '--guidance: 0 ignores the class and follows no class; 1 follows the class with guidance',
  )
})

test('a model may be named by whatever means a place', async () => {
  const shipped = join(repository, 'models/cifar10')
  await mkdir(join(cwd, 'below/x'), { recursive: true })
  await symlink(shipped, join(cwd, 'mine'))
  const at = (folder: string, model: string) =>
    cli(join(cwd, folder), ['generate', '--model', model, '--class', 'cat', '--steps', '2'])
  for (const [folder, model] of [
    ['mine/unet', '..'],
    ['mine', '.'],
    ['below/x', '../../mine'],
    ['', 'mine'],
    ['below', pathToFileURL(shipped).href],
  ] as const)
    expect(await at(folder, model)).toMatchObject({ code: 0 })
  const nowhere = await at('below/x', '..')
  expect(nowhere.code).toBe(2)
  expect(nowhere.log).toMatch(/has no file model_index.json/)
})

test('image i equals a single run with seed + i', async () => {
  await generate('--count', '2', '--steps', '2', '--out', 'both')
  await generate('--seed', '2', '--steps', '2', '--out', 'second')
  const [both, second] = await Promise.all(
    ['both', 'second'].map((folder) => readFile(join(cwd, folder, 'cifar10-cat-2.png'))),
  )
  expect(both!.equals(second!)).toBe(true)
})

test('paper: a learned policy skips, and the same seed and snapshot give the same bytes', async () => {
  const learned = await cli(cwd, [
    ...[
      'calibrate',
      '--method',
      'paper',
      '--model',
      'cifar10',
      '--steps',
      '12',
      '--generations',
      '6',
      '--out',
      'policy.json',
      '--json',
    ],
  ])
  expect(learned.code).toBe(0)
  const runs = ['first', 'second'].map((out) =>
    generate('--steps', '12', '--accelerate', 'paper', '--policy', 'policy.json', '--out', out, '--json'),
  )
  const [first, second] = await Promise.all(runs)
  const [image] = JSON.parse(first!.out).images
  expect(image.nfe).toBeLessThan(12)
  expect(image.decisions).toMatch(/^C[CS]{11}$/)
  expect(image.decisions.replaceAll('S', '')).toHaveLength(image.nfe)
  expect(image).not.toHaveProperty('estimatedPsnr')
  expect(image).not.toHaveProperty('estimatedMse')
  const said = await generate(
    '--steps',
    '12',
    '--accelerate',
    'paper',
    '--policy',
    'policy.json',
    '--out',
    'third',
  )
  expect(said.out).toContain('of 12 steps, distance to the full run not measured, ')
  expect(JSON.parse(second!.out).images[0].decisions).toBe(image.decisions)
  const files = ['first', 'second'].map((out) => readFile(join(cwd, out, 'cifar10-cat-1.png')))
  const [a, b] = await Promise.all(files)
  expect(a!.equals(b!)).toBe(true)
})

test('paper: learning goes on from call to call', async () => {
  const run = async () => JSON.parse((await generate('--steps', '10', '--accelerate', 'paper', '--json')).out)
  expect((await run()).policyGenerations).toBe(1)
  expect((await run()).policyGenerations).toBe(2)
})

test('plan: the first image is the full run, the next ones follow the plan it gave', async () => {
  const run = async (...args: string[]) => {
    const { code, out, log } = await generate('--steps', '12', '--accelerate', 'plan', ...args, '--json')
    expect(code).toBe(0)
    return { document: JSON.parse(out), log }
  }
  const { document, log } = await run('--count', '2', '--nfe', '6')
  expect(document.images.map(({ nfe }: { nfe: number }) => nfe)).toEqual([12, 6])
  expect(document.images[1]).toMatchObject({
    decisions: expect.stringMatching(/^C[CS]{11}$/),
    estimateBasis: 'rehearsed',
  })
  expect(document.plan).toMatchObject({
    target: 'baseline',
    budgets: [6, 8, 10],
    evaluations: 0,
    borrowed: 12,
  })
  expect(log).toContain('the first image evaluates every step')
  const next = await run('--seed', '2', '--nfe', '6')
  expect(next.document).toMatchObject({ nfe: 6, notes: [] })
  const [both, alone] = [document.images[1], next.document.images[0]]
  expect(alone.decisions).toBe(both.decisions)
})

test('auto: says what it follows and what it cost; off for few steps', async () => {
  const run = async (...args: string[]) => {
    const { code, out, log } = await generate('--accelerate', 'auto', ...args, '--json')
    expect(code).toBe(0)
    return { document: JSON.parse(out), log }
  }
  const first = await run('--steps', '12', '--count', '2', '--nfe', '6')
  expect(first.document.images.map(({ nfe }: { nfe: number }) => nfe)).toEqual([12, 6])
  expect(first.log.trimEnd().split('\n').at(-1)).toBe('evaluated 18 of 24 steps')
  const second = await run('--steps', '12', '--nfe', '6')
  expect(second.log).toMatch(/following the stored policy [0-9a-f]+\nevaluated 6 of 12 steps/)
  const shipped = await run('--nfe', '8')
  expect(shipped.log).toMatch(/following .*cifar10\/policies\/[0-9a-f]+\.json\nevaluated 8 of 50 steps/)
  const few = await run('--steps', '8')
  expect(few.log).toMatch(/acceleration stays off: a grid of 8 steps .*\nevaluated 8 of 8 steps/)
})

test('Ctrl-C stops at a step boundary and leaves no file behind', async () => {
  const args = ['generate', '--model', 'cifar10', '--class', '0', '--count', '1000', '--out', 'out']
  const { code, log } = await cli(cwd, args, interruptAt(/ 3\/50000 steps/))
  expect(code).toBe(1)
  expect(log).toMatch(/cancelled/)
  expect((await readdir(join(cwd, 'out'))).filter((file) => !file.endsWith('.png'))).toEqual([])
})

test.each([
  ['unknown model', ['--model', 'imagenet'], 2, /--model.*imagenet.*available: .*cifar10/],
  ['unknown class', ['--class', 'dragon'], 2, /class.*dragon.*available: airplane/],
  ['no steps', ['--steps', '0'], 2, /--steps.*"0".*whole number from 1/],
  ['an interval with one end', ['--guidance-interval', '0.5'], 2, /--guidance-interval: "0.5" is not two/],
  [
    'an interval upside down',
    ['--guidance-interval', '0.8,0.1'],
    2,
    /--guidance-interval: .*lower one first/,
  ],
  ['an interval of words', ['--guidance-interval', 'low,high'], 2, /--guidance-interval: "low" is not/],
  [
    'an interval of no guidance',
    ['--guidance', '1', '--guidance-interval', '0.1,0.8'],
    2,
    /--guidance-interval: has no effect .*set --guidance above 1/,
  ],
  ['negative count', ['--count', '-1'], 2, /--count.*"-1".*whole number from 1/],
  ['seed that is no number', ['--seed', 'x'], 2, /--seed.*"x"/],
  ['unknown mode', ['--accelerate', 'fast'], 2, /--accelerate.*"fast".*off, auto, plan, paper/],
  ['a budget for the paper', ['--accelerate', 'paper', '--nfe', '8'], 2, /--nfe: .*--accelerate plan/],
  ['a budget for the full run', ['--nfe', '8'], 2, /--nfe: .*--accelerate plan, not off/],
  ['skip lengths for a plan', ['--accelerate', 'plan', '--arms', '0,2'], 2, /--arms: .*--accelerate paper/],
  [
    'fewer evaluations than planned for',
    ['--accelerate', 'plan', '--nfe', '3'],
    2,
    /fastflow: --nfe: 3 is below .*available: 6, 8/,
  ],
  ['two goals', ['--accelerate', 'plan', '--nfe', '8', '--psnr', '30'], 2, /--psnr: excludes --nfe/],
  ['confidence in nothing', ['--accelerate', 'plan', '--confidence', '0.9'], 2, /--confidence: .*--psnr/],
  ['a fidelity that is no number', ['--accelerate', 'plan', '--psnr', 'high'], 2, /--psnr.*"high"/],
  ['a policy that is not applied', ['--policy', 'policy.json'], 2, /--policy: .*--accelerate plan or paper/],
  [
    'missing policy file',
    ['--accelerate', 'paper', '--policy', 'nowhere.json'],
    1,
    /--policy.*nowhere\.json.*calibrate/,
  ],
])('bad input: %s', async (_, args, expected, message) => {
  const { code, out, log } = await generate(...args)
  expect(code).toBe(expected)
  expect(out).toBe('')
  expect(log.split('\n').at(-1)).toMatch(message)
  expect(await imagesBelow(cwd)).toEqual([])
})

test.each([
  ['nothing to draw', 'cifar10', /--class: is missing; give one of airplane, automobile/],
  ['an unknown model and nothing to draw', 'imagenet', /--model: no model "imagenet"/],
])('bad input: %s', async (_, model, message) => {
  const { code, log } = await cli(cwd, ['generate', '--model', model, '--out', 'out'])
  expect(code).toBe(2)
  expect(log).toMatch(message)
})

test('bad input: corrupt policy file, with its name and the fix', async () => {
  await writeFile(join(cwd, 'policy.json'), '{"format": "fastflow-pol')
  const { code, log } = await generate('--accelerate', 'paper', '--policy', 'policy.json')
  expect(code).toBe(1)
  expect(log).toMatch(/--policy: .*policy\.json is not valid JSON.*calibrate/)
})

test('bad input: a corrupt model', async () => {
  await mkdir(join(cwd, 'broken/unet'), { recursive: true })
  await mkdir(join(cwd, 'broken/scheduler'), { recursive: true })
  const shipped = join(repository, 'models/cifar10')
  for (const file of ['model_index.json', 'unet/config.json', 'scheduler/scheduler_config.json']) {
    await writeFile(join(cwd, 'broken', file), await readFile(join(shipped, file)))
  }
  await writeFile(
    join(cwd, 'broken/unet/model.onnx'),
    (await readFile(join(shipped, 'unet/model.onnx'))).subarray(0, 5000),
  )
  const { code, log } = await cli(cwd, ['generate', '--model', './broken', '--class', 'cat'])
  expect(code).toBe(1)
  expect(log).toMatch(/^fastflow: .*model\.onnx/m)
  expect(log.split('\n')).toHaveLength(1)
  expect(await imagesBelow(cwd)).toEqual([])
})

test('bad input: an output folder that cannot be written fails before any work', async () => {
  await writeFile(join(cwd, 'file'), '')
  const { code, log } = await generate('--out', 'file/out')
  expect(code).toBe(1)
  expect(log).toMatch(/^fastflow: --out: cannot write .*choose a folder/)
  const bench = await cli(cwd, ['bench', '--model', 'cifar10', '--report', 'file/report.html'])
  expect(bench.code).toBe(1)
  expect(bench.log).toMatch(/^fastflow: --report: cannot write .*choose a folder/)
})

async function imagesBelow(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((file) => /png|partial|probe/.test(file))
}
