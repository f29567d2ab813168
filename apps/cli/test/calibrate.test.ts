import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlanDocument } from '@fastflow/core'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type CliOptions, cli, interruptAt, temporaryFolder, tinyModels } from './run-cli.ts'

let cwd: string

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
})

const small = ['--steps', '9', '--guidance', '1', '--nfe', '3,5', '--evaluations', '45']
const calibrate = (args: readonly string[], options?: CliOptions) =>
  cli(cwd, ['calibrate', '--model', 'cifar10', ...args], options)
/** With a tiny model, where what is looked at does not depend on the plan. */
const calibrateTiny = (args: readonly string[]) =>
  cli(cwd, ['calibrate', '--model', 'words', '--threads', '1', ...args], { models: tinyModels })
const generate = (...args: string[]) =>
  cli(cwd, ['generate', '--model', 'cifar10', '--class', 'cat', '--seed', '1', ...args])

async function readPlan(file: string): Promise<PlanDocument> {
  return JSON.parse(await readFile(join(cwd, file), 'utf8'))
}

describe('a plan', () => {
  test('is written within its evaluations, and generate follows it to the byte', async () => {
    const { code, out } = await calibrate([...small, '--out', 'plan.json', '--json'])
    expect(code).toBe(0)
    const document = JSON.parse(out)
    expect(document).toMatchObject({ method: 'plan', target: 'baseline', steps: 9 })
    expect(document.evaluations).toBeLessThanOrEqual(45)
    expect(document.plans.map(({ budget }: { budget: number }) => budget)).toEqual([3, 5])
    expect((await readPlan('plan.json')).calibration.evaluations).toBe(document.evaluations)
    expect(await readdir(cwd)).toEqual(['plan.json'])

    const settings = ['--steps', '9', '--guidance', '1', '--accelerate', 'plan', '--policy', 'plan.json']
    const first = await generate(...settings, '--nfe', '3', '--out', 'first', '--json')
    const second = await generate(...settings, '--nfe', '4', '--out', 'second', '--json')
    expect(JSON.parse(first.out).images[0]).toMatchObject({ nfe: 3, decisions: document.plans[0].decisions })
    expect(second.log).toMatch(/nfe 4 is not planned, 3 is used; available: 3, 5/)
    const files = ['first', 'second'].map((out) => readFile(join(cwd, out, 'cifar10-cat-1.png')))
    const [a, b] = await Promise.all(files)
    expect(a!.equals(b!)).toBe(true)

    const other = await generate('--steps', '10', '--accelerate', 'plan', '--policy', 'plan.json')
    expect(other.code).toBe(1)
    expect(other.log).toMatch(/schedule\.sigmas: was planned for 9 steps, this run has 10/)
    const wrongMethod = await generate('--accelerate', 'paper', '--policy', 'plan.json')
    expect(wrongMethod.code).toBe(2)
    expect(wrongMethod.log).toMatch(/--policy: plan\.json is for --accelerate plan, not paper/)
  })

  test('gets more budgets beside those it has', async () => {
    await calibrate([...small, '--out', 'plan.json'])
    const before = await readPlan('plan.json')
    const more = [...small.slice(0, 4), '--evaluations', '45', '--nfe', '4']
    expect((await calibrate([...more, '--start', 'plan.json', '--out', 'plan.json'])).code).toBe(0)
    const after = await readPlan('plan.json')
    expect(after.plans.map(({ budget }) => budget)).toEqual([3, 4, 5])
    expect([after.plans[0], after.plans[2]]).toEqual(before.plans)

    const other = await calibrate(['--steps', '10', '--start', 'plan.json', '--out', 'other.json'])
    expect(other.code).toBe(1)
    expect(other.log).toMatch(/start: schedule\.sigmas: was planned for 9 steps, this run has 10/)
    const missing = await calibrate(['--start', 'none.json', '--out', 'other.json'])
    expect(missing.log).toMatch(/--start: .*none\.json cannot be read/)
    const paper = await calibrate(['--method', 'paper', '--start', 'plan.json', '--out', 'other.json'])
    expect(paper.log).toMatch(/--start/)
    expect(paper.code).toBe(2)
  })

  test('is certified by the same call, or later as it is, at a cost stated before', async () => {
    const walks = (plan: PlanDocument): number => plan.plans.reduce((sum, { nfe }) => sum + nfe, 9)
    const bare = await calibrate([...small, '--out', 'plan.json'])
    expect(bare.log).toContain(
      'at most 45 evaluations, which certify nothing: plans for --psnr take --certify',
    )
    expect(bare.out).toMatch(
      /certified: nothing, the figures are estimates; 19 held-out runs \(\d+ evaluations\)/,
    )
    const before = await readPlan('plan.json')
    // What it advises can be run as it stands, the names put in.
    const advised = bare.out.match(/"fastflow calibrate (.+)"/)?.[1]?.replace('MODEL', 'cifar10') ?? ''
    expect(advised).toContain('--certify 0.95')
    await calibrate([...small, '--out', 'advised.json'])
    const followed = await cli(cwd, [
      'calibrate',
      ...advised.replaceAll('FILE', 'advised.json').split(' '),
      ...small.slice(0, 4),
    ])
    expect(followed).toMatchObject({ code: 0, out: expect.stringMatching(/certified: --psnr up to/) })

    const start = ['--start', 'plan.json', '--evaluations', '0', '--out', 'plan.json']
    const later = await calibrate([...small.slice(0, 4), ...start, '--certify', '0.75'])
    expect(later.log).toContain(
      `at most ${3 * walks(before)} evaluations, ${3 * walks(before)} of them for 3 held-out runs that certify 0.75`,
    )
    expect(later.out).toContain('certified: --psnr up to --confidence 0.75, by 3 held-out runs; 16 more')
    const certified = await readPlan('plan.json')
    expect(certified.plans.map(({ weights }) => weights)).toEqual(before.plans.map(({ weights }) => weights))
    expect(certified.plans.map(({ scores }) => scores.length)).toEqual([3, 3])

    const atOnce = await calibrate([...small, '--certify', '0.5', '--out', 'other.json', '--json'])
    expect(atOnce.log).toContain('at most 62 evaluations, 17 of them for 1 held-out run that certify 0.5')
    const { certificate, plans } = JSON.parse(atOnce.out)
    expect(certificate).toMatchObject({ runs: 1, upTo: 0.5, missing: { confidence: 0.95, runs: 18 } })
    expect(plans[0].quality).toMatchObject({ basis: 'held-out', runs: 1 })

    const settings = [
      '--steps',
      '9',
      '--guidance',
      '1',
      '--accelerate',
      'plan',
      '--policy',
      'plan.json',
      '--json',
    ]
    const kept = await generate(...settings, '--psnr', '1', '--confidence', '0.75', '--out', 'kept')
    expect(JSON.parse(kept.out).images[0]).toMatchObject({ nfe: 3, estimateBasis: 'held-out' })
    const refused = await generate(...settings, '--psnr', '1', '--out', 'refused')
    expect(JSON.parse(refused.out).images[0].nfe).toBe(9)
    expect(refused.log).toMatch(/needs 19 held-out runs, there are 3/)
  })

  test('goes into a folder under the name it is looked up by', async () => {
    await mkdir(join(cwd, 'policies'))
    const { code, out } = await calibrateTiny([...small, '--out', 'policies'])
    expect(code).toBe(0)
    expect(out).toMatch(/evaluations \([\d.]+ full generations of 9 steps\)\nbudget +NFE +passes +mean dB/)
    expect(await readdir(join(cwd, 'policies'))).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)])
  })

  test('goes into a folder that is not there yet, and into a file where there is an extension', async () => {
    for (const out of ['new/policies', 'other/', 'sub/plan.json'])
      expect((await calibrateTiny([...small, '--out', out])).code).toBe(0)
    const underDigest = [expect.stringMatching(/^[0-9a-f]{64}\.json$/)]
    expect(await readdir(join(cwd, 'new/policies'))).toEqual(underDigest)
    expect(await readdir(join(cwd, 'other'))).toEqual(underDigest)
    expect(await readdir(join(cwd, 'sub'))).toEqual(['plan.json'])
  })

  test('goes on after an interruption', async () => {
    const interrupted = await calibrate([...small, '--out', 'plan.json'], interruptAt(/search/))
    expect(interrupted.code).toBe(1)
    expect(interrupted.log).toMatch(
      /the same command goes on from .*plan\.json\.checkpoint\nfastflow: cancelled$/,
    )
    expect(await readdir(cwd)).toEqual(['plan.json.checkpoint'])

    const other = await calibrate([...small, '--target', 'exact', '--out', 'plan.json'])
    expect(other.code).toBe(1)
    expect(other.log).toMatch(/plan\.json\.checkpoint: was begun with another --target; .*delete the file/)

    const { code, out } = await calibrate([...small, '--out', 'plan.json', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out).resumedAt).toBeGreaterThan(0)
    expect(JSON.parse(out).evaluations).toBeLessThanOrEqual(45)
    expect(await readdir(cwd)).toEqual(['plan.json'])
  })
})

test('the policy of the paper is learned with --method paper', async () => {
  const paper = ['--method', 'paper', '--steps', '9', '--guidance', '1', '--generations', '2']
  const { code, out } = await calibrate([...paper, '--out', 'policy.json', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ method: 'paper', generations: 2, steps: 9 })
  const wrongMethod = await generate('--steps', '9', '--accelerate', 'plan', '--policy', 'policy.json')
  expect(wrongMethod.code).toBe(2)
  expect(wrongMethod.log).toMatch(/is for --accelerate paper, not plan/)
})

test('a grid too short to skip anything is refused in words', async () => {
  const short = [
    '--method',
    'paper',
    '--steps',
    '8',
    '--guidance',
    '1',
    '--generations',
    '1',
    '--out',
    'p.json',
  ]
  const { code, log } = await calibrateTiny(short)
  expect(code).toBe(2)
  expect(log).toMatch(/--steps: acceleration stays off: a grid of 8 steps leaves nothing to skip.*more steps/)
})

test.each([
  ['an unknown method', ['--method', 'auto'], 2, /--method.*"auto".*plan, paper/],
  ['generations for a plan', ['--generations', '5'], 2, /--generations: goes with --method paper, not plan/],
  [
    'a target for the paper',
    ['--method', 'paper', '--target', 'exact'],
    2,
    /--target: goes with --method plan/,
  ],
  ['as many evaluations as steps', ['--nfe', '3,9'], 2, /--nfe: 9 is not below the 9 steps/],
  [
    'too few evaluations',
    ['--nfe', '3', '--evaluations', '8'],
    2,
    /evaluations: 8 do not pay for one run of 9/,
  ],
  ['a certainty', ['--certify', '1'], 2, /--certify: "1" is not a number from 0\.01 to 0\.999/],
  [
    'a certificate for the paper',
    ['--method', 'paper', '--certify', '0.9'],
    2,
    /--certify: goes with --method plan/,
  ],
  [
    'nothing to certify',
    ['--nfe', '3', '--evaluations', '0', '--certify', '0.9'],
    2,
    /evaluations: 0 do not pay/,
  ],
  ['an unknown target', ['--target', 'truth'], 2, /--target.*"truth".*baseline, exact/],
])('bad input: %s', async (_, args, expected, message) => {
  const { code, out, log } = await calibrateTiny(['--steps', '9', ...args, '--out', 'plan.json'])
  expect({ code, out }).toEqual({ code: expected, out: '' })
  expect(log.split('\n').at(-1)).toMatch(message)
  expect(await readdir(cwd)).toEqual([])
})

test.each(['{"format":', 'null', '{"format":"fastflow-plan-checkpoint","terms":null}'])(
  'a checkpoint that reads %j is kept, and the calibration starts anew',
  async (text) => {
    await writeFile(join(cwd, 'plan.json.checkpoint'), text)
    const { code, log } = await calibrateTiny([...small, '--out', 'plan.json'])
    expect(code).toBe(0)
    expect(log).toMatch(
      /plan\.json\.checkpoint: .*is not .*; the calibration starts anew, the damaged file is kept as .*\.damaged/,
    )
    const names = await readdir(cwd)
    expect(names).toEqual(['plan.json', expect.stringMatching(/^plan\.json\.checkpoint\.\d+\.damaged$/)])
    expect(await readFile(join(cwd, names[1]!), 'utf8')).toBe(text)
  },
)

test('planning again keeps what still does well, tied to the changed run, and refuses what the plan says itself', async () => {
  const tiny = (...args: string[]) => calibrateTiny(['--steps', '8', ...args])
  await tiny('--nfe', '3,5', '--evaluations', '40', '--out', 'plan.json')
  const again = ['--replan', 'plan.json', '--out', 'again.json']
  const { code, log } = await tiny(...again, '--guidance', '3.1', '--up-to', 'refit')
  expect([code, log]).toEqual([
    0,
    expect.stringMatching(/nfe 3: (kept|refitted), [\d.]+ dB before, [\d.]+ now/),
  ])
  const { key, plans } = await readPlan('again.json')
  expect(key.guidance).toBe(3.1)
  expect(plans.map(({ budget }) => budget)).toEqual([3, 5])

  const wrong = { '--nfe': '4', '--start': 'plan.json', '--target': 'exact' }
  for (const [name, value] of Object.entries(wrong)) {
    const refused = await tiny(...again, name, value)
    expect([refused.code, refused.log]).toEqual([
      2,
      `fastflow: ${name}: is what the plan of --replan says; leave it out`,
    ])
  }
  expect((await tiny('--up-to', 'check', '--out', 'again.json')).log).toMatch(
    /^fastflow: --up-to: goes with --replan/,
  )
})
