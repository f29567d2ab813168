import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePng } from '@fastflow/media'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { cli, repository, temporaryFolder } from './run-cli.ts'

const folderOf = (family: string): string =>
  join(repository, 'packages/pipelines/test/fixtures/families', family, 'pipeline')

async function picture(cwd: string): Promise<string> {
  const pixels = new Uint8Array(3 * 90 * 40).map((_, k) => k % 256)
  const file = join(cwd, 'picture.png')
  writeFileSync(file, await encodePng({ width: 90, height: 40, data: pixels }))
  return file
}

test.each([
  ['sd3', '80x32', []],
  ['flux', '80x32', ['--guidance', '2', '--true-guidance', '3', '--negative-prompt', 'bad']],
  ['sana', '128x64', ['--max-sequence-length', '40', '--complex-human-instruction', '']],
  [
    'lumina2',
    '80x32',
    ['--no-guidance-normalization', '--guidance-truncation', '0.5', '--system-prompt', 'Draw'],
  ],
  ['z-image', '80x32', ['--guidance', '3', '--guidance-normalization']],
])('generate makes %s of the size asked for, and the second image costs less', async (family, size, more) => {
  const cwd = await temporaryFolder(onTestFinished)
  const args = [
    '--model',
    folderOf(family),
    '--prompt',
    'a red fox',
    '--size',
    size,
    '--steps',
    '12',
    ...more,
  ]
  const fast = ['--accelerate', 'auto', '--nfe', '8', '--count', '2', '--threads', '1', '--json']
  const { code, out, log } = await cli(cwd, ['generate', ...args, ...fast])
  expect({ code, log: code === 0 ? '' : log }).toEqual({ code: 0, log: '' })
  const { images } = JSON.parse(out)
  expect(images.map(({ nfe }: { nfe: number }) => nfe)).toEqual([12, 8])
  expect(images[0].file).toMatch(new RegExp(`pipeline-a-red-fox-0-${size}.png$`))
  const { width, height, exif } = await sharp(images[0].file).metadata()
  expect(`${width}x${height}`).toBe(size)
  expect(exif?.toString('latin1')).toContain(`"size":"${size}"`)
})

test('what begins at a picture takes one of any shape, and another strength is another result', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const image = ['--image', await picture(cwd), '--prompt', 'a red fox', '--steps', '10', '--threads', '1']
  const made = async (strength: string): Promise<string> => {
    const args = ['generate', '--model', folderOf('sd3'), ...image, '--strength', strength, '--json']
    const { code, out, log } = await cli(cwd, args)
    expect(code, log).toBe(0)
    const [{ file, steps }] = JSON.parse(out).images
    expect(steps).toBe(Number(strength) * 10)
    return file
  }
  const [first, second, again] = [await made('0.4'), await made('0.8'), await made('0.4')]
  expect(second).not.toBe(first)
  expect(again).toBe(first)
  const { exif } = await sharp(await readFile(second)).metadata()
  expect(exif?.toString('latin1')).toMatch(/"image":"picture.png".*"strength":0.8/)
})

test.each(['flux-kontext', 'flux2-klein'])('edit shows %s a picture of any shape', async (family) => {
  const cwd = await temporaryFolder(onTestFinished)
  const args = ['--model', folderOf(family), '--image', await picture(cwd), '--prompt', 'make it blue']
  const small = ['--size', '64x32', '--steps', '2', '--threads', '1', '--memory', 'sequential']
  const flags = family === 'flux-kontext' ? ['--no-auto-resize'] : []
  const { code, log } = await cli(cwd, ['edit', ...args, ...small, ...flags])
  expect(code, log).toBe(0)
})

test.each([
  ['sd3', ['--size', '100x64'], '--size: 100 is not a multiple of 16 pixels; the nearest are 96 and 112'],
  ['sd3', ['--size', '1024'], '--size: "1024" is not a width and a height in pixels, such as 1024x768'],
  ['sd3', ['--true-guidance', '2'], '--true-guidance: goes with models whose network is fed its guidance'],
  ['sd3', ['--guidance-2', '2'], '--guidance-2: goes with models of two networks'],
  ['sd3', ['--guidance-rescale', '0.5'], '--guidance-rescale: goes with models that rescale guidance'],
  ['sd3', ['--no-auto-resize'], '--auto-resize: goes with models that edit pictures of several sizes'],
  ['sd3', ['--fps', '24'], '--fps: goes with models whose network is told the frame rate'],
  ['sd3', ['--frames', '4'], '--frames: goes with text-to-video'],
  ['sd3', ['--strength', '0.5'], '--image: is missing; strength says how much of it is made anew'],
  ['sana', ['--strength', '0.5'], '--strength: goes with models with an encoder of pictures'],
  [
    'sana',
    ['--system-prompt', 'x'],
    '--system-prompt: goes with models that read prompts behind a system prompt',
  ],
])('%s refuses %s, in the words of the command line', async (family, args, says) => {
  const cwd = await temporaryFolder(onTestFinished)
  const { code, log } = await cli(cwd, ['generate', '--model', folderOf(family), '--prompt', 'x', ...args])
  expect(code).toBe(2)
  expect(log).toContain(`fastflow: ${says}`)
})

test('calibrate and bench are of the size and settings asked for', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  writeFileSync(join(cwd, 'cases.jsonl'), '{ "prompt": "a red fox" }\n')
  const run = ['--model', folderOf('qwen-image'), '--size', '64x32', '--steps', '10', '--nfe', '6']
  const guided = ['--negative-prompt', 'bad', '--cases', 'cases.jsonl', '--threads', '1']
  const plan = await cli(cwd, ['calibrate', ...run, ...guided, '--evaluations', '40', '--out', 'plan.json'])
  expect(plan.code, plan.log).toBe(0)
  const { key } = JSON.parse(await readFile(join(cwd, 'plan.json'), 'utf8'))
  expect(key.dims).toEqual([8, 64])
  expect(key.guidance).toBe(4)
  const made = ['--prompt', 'a red fox', '--accelerate', 'plan', '--policy', 'plan.json', '--json']
  const image = await cli(cwd, ['generate', ...run, ...guided.slice(0, 2), ...made])
  expect(JSON.parse(image.out).images[0].nfe, image.log).toBe(6)
  const few = ['--samples', '1', '--no-plans', '--tune', '0', '--generations', '2', '--json']
  const bench = await cli(cwd, ['bench', ...run, ...guided, ...few])
  expect(bench.code, bench.log).toBe(0)
  expect(JSON.parse(bench.out).rows[0]).toMatchObject({ method: 'full', nfe: 10, passes: 20 })
  const missing = await cli(cwd, ['calibrate', ...run, '--out', 'other.json'])
  expect(missing.log).toMatch(/--cases: .* brings no calibration_prompts.json/)
})

test('inspect says what a folder is, and what is missing', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const whole = await cli(cwd, ['inspect', folderOf('sd3')])
  expect(whole.code).toBe(0)
  for (const line of [
    /StableDiffusion3Pipeline, text-to-image/,
    /text_encoder_3 .*input_ids \(int64\) -> last_hidden_state/,
    /tokens of a text at most: tokenizer 77, tokenizer_2 77, tokenizer_3 512/,
    /memory for weights: .* resident, .* sequential/,
    /size: 64 x 64 pixels, or any multiple of 16/,
    /steps: 28, euler on .*sigma 1, /,
    /guidance: 7, off at 1; v_0 \+ scale/,
    /acceleration: applies/,
    /^it runs$/m,
  ])
    expect(whole.out).toMatch(line)
  const copy = join(cwd, 'copy')
  cpSync(folderOf('sd3'), copy, { recursive: true })
  rmSync(join(copy, 'text_encoder_2/model.onnx'))
  const broken = await cli(cwd, ['inspect', copy])
  expect(broken.code).toBe(1)
  expect(broken.out).toMatch(/text_encoder_2 +missing/)
  expect(broken.out).toMatch(/PROBLEM .*text_encoder_2\/model.onnx; export this part too/)
  const json = JSON.parse((await cli(cwd, ['inspect', copy, '--json'])).out)
  expect(json).toMatchObject({ version: 1, runs: false, className: 'StableDiffusion3Pipeline' })
  expect(json.run.guidance.scale).toBe(7)
})
