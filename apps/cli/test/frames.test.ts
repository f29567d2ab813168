import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { cli, tinyModels as fixtures, temporaryFolder } from './run-cli.ts'

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const run = (models: string, command: string, ...args: string[]) =>
  cli(cwd, [command, '--model', 'words-motion', ...args, '--threads', '1'], { models })

test('a model folder holds plans for several lengths of clips, and each clip follows its own', async () => {
  const models = join(cwd, 'models')
  await cp(join(fixtures, 'words-motion'), join(models, 'words-motion'), { recursive: true })
  const clip = async (frames: string) => {
    const made = ['--prompt', 'owl', '--frames', frames, '--accelerate', 'plan', '--nfe', '5', '--json']
    const [one] = JSON.parse((await run(models, 'video', ...made, '--cache', `cache-${frames}`)).out).images
    return one
  }
  for (const frames of ['4', '6']) {
    const policies = join(models, 'words-motion', 'policies/')
    const planned = ['--frames', frames, '--nfe', '5', '--evaluations', '60', '--out', policies]
    expect((await run(models, 'calibrate', ...planned)).code).toBe(0)
  }
  expect(await clip('4')).toMatchObject({ frames: 4, nfe: 5 })
  expect(await clip('6')).toMatchObject({ frames: 6, nfe: 5 })
})

test('bench is of the length asked for', async () => {
  const few = ['--samples', '1', '--nfe', '5', '--generations', '2', '--tune', '0', '--no-plans']
  const framesOf = async (...args: string[]) =>
    JSON.parse((await run(fixtures, 'bench', ...few, ...args, '--json')).out).frames
  expect(await framesOf()).toBe(4)
  expect(await framesOf('--frames', '3')).toBe(3)
  const { code, log } = await run(fixtures, 'bench', ...few, '--frames', '9')
  expect(code).toBe(2)
  expect(log).toContain('9 is not a whole number from 2 to 8')
})

test('what is measured are the plans of the length asked for', async () => {
  const measure = (...args: string[]) => run(fixtures, 'measure', '--metric', 'psnr', '--runs', '2', ...args)
  const plans = ['--prompt', 'owl', '--frames', '3', '--steps', '12', '--accelerate', 'plan', '--nfe', '5']
  expect((await run(fixtures, 'video', ...plans)).code).toBe(0)
  expect((await measure()).log).toContain('there is none for these settings')
  const { code, out } = await measure('--frames', '3')
  expect(code).toBe(0)
  expect(out).toMatch(/2 runs\n.*\n *5 /)
  expect(out).toContain(
    'certified: a confidence of at most 0.223 by these runs; a confidence of 0.95 takes 59 runs',
  )
})

test('the policy of the paper is learned on the length asked for', async () => {
  const learned = async (...args: string[]) => {
    const paper = ['--method', 'paper', '--generations', '2', '--steps', '10', '--out', './']
    return JSON.parse((await run(fixtures, 'calibrate', ...paper, ...args, '--json')).out).file
  }
  expect(await learned('--frames', '3')).not.toBe(await learned())
})
