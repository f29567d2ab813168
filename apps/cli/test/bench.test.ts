import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchDocument } from '@fastflow/bench'
import { expect, onTestFinished, test } from 'vitest'
import { cli, temporaryFolder, tinyModels } from './run-cli.ts'

/** Of a tiny model, where what is looked at does not depend on the network. */
const tiny = (cwd: string, args: readonly string[]) =>
  cli(cwd, ['bench', '--model', 'words', ...args], { models: tinyModels })

const settings = [
  '--steps',
  '10',
  '--samples',
  '2',
  '--nfe',
  '3,5',
  '--generations',
  '4',
  // Tuning costs more than everything else together; what it finds is not looked at here.
  '--tune',
  '1',
  // Threads that wait for each other are slow where the suite shares its cores.
  '--threads',
  '1',
]
/** A model whose flow is curved, so that methods differ; nothing is tuned, which costs most. */
const curved = ['bench', '--model', 'cifar10', ...settings, '--tune', '0']
const unguided = [...settings, '--guidance', '1']

test('bench prints one row a method with exact counts, and writes a report', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const { code, out } = await cli(cwd, [...curved, '--json', '--report', 'report.html'])
  expect(code).toBe(0)
  const document: BenchDocument = JSON.parse(out)
  const nfe = Object.fromEntries(document.rows.map((row) => [row.method, row.nfe]))
  expect(nfe).toMatchObject({ full: 10, 'euler-3': 3, 'ab2-3': 3, 'uniform-5': 5, 'random-5': 5 })
  expect(nfe.paper).toBeLessThan(10)
  expect(nfe).toMatchObject({ 'plan-5': 5, 'plan1-5': 5, floor: 5 })
  expect(document.rows.some(({ method }) => method.startsWith('plan-passes-'))).toBe(true)
  expect(document.planEvaluations).toBeGreaterThan(10)
  expect(document.planEvaluations).toBeLessThanOrEqual(200)
  expect(document.planExactEvaluations).toBeLessThanOrEqual(200)
  expect(document.contests.map(({ plan, to }) => `${plan} ${to}`)).toEqual([
    'plan-3 full',
    'plan-5 full',
    'plan-exact-3 exact',
    'plan-exact-5 exact',
    'plan-exact-3 exact',
    'plan-exact-5 exact',
  ])
  for (const { difference, pairs, wins } of document.contests) {
    const differences = pairs.map(([plan, rival]) => plan - rival)
    expect(difference.mean).toBeCloseTo((differences[0]! + differences[1]!) / 2, 2)
    expect(wins).toBe(differences.filter((one) => one > 0).length)
  }
  const quality = new Map(document.rows.map(({ method, psnr: { mean, p10 } }) => [method, mean + p10]))
  for (const budget of [3, 5]) {
    const best = Math.max(quality.get(`plan-${budget}`)!, quality.get(`plan1-${budget}`)!)
    expect(quality.get(`oracle-${budget}`)).toBeGreaterThanOrEqual(best)
  }
  expect(nfe.flat).toBeLessThanOrEqual(10)
  const full = document.rows.find(({ method }) => method === 'full')!
  expect(full).toMatchObject({
    passes: 20,
    speedup: 1,
    psnr: { mean: 100 },
    ssim: { mean: 1 },
    skips: { 0: 20 },
  })
  const uniform = document.rows.find(({ method }) => method === 'uniform-5')!
  expect(uniform.skips).toEqual({ 1: 10 })
  expect(uniform.psnr.min).toBeGreaterThan(10)
  expect(uniform.psnr.min).toBeLessThan(60)
  for (const row of document.rows) {
    expect(row.wallMs).toBeGreaterThanOrEqual(row.modelMs)
    expect(row.wallMs).toBeCloseTo(row.modelMs + row.overheadMs, 6)
  }
  const html = await readFile(join(cwd, 'report.html'), 'utf8')
  expect(html).toContain('data:image/png;base64,')
  expect(html).toContain('<svg')
})

test('the table has the rows of the document', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const one = ['--samples', '1', '--nfe', '5', '--no-plans']
  const { code, out } = await tiny(cwd, [...unguided, ...one])
  expect(code).toBe(0)
  expect(out.split('\n')[0]).toMatch(/^method +NFE +passes +PSNR dB/)
  expect(out).toMatch(/^full +10\.0 +10\.0 +100\.00/m)
  expect(out).toMatch(/^ab2-5 +5\.0 +5\.0/m)
})

test('tuned solvers and caching rules keep within their budgets', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const one = ['--samples', '1', '--nfe', '5', '--no-plans', '--generations', '2']
  const { code, out } = await tiny(cwd, [...settings, ...one, '--json'])
  expect(code).toBe(0)
  const { rows }: BenchDocument = JSON.parse(out)
  const others = rows.filter((row) => row.tuned !== undefined)
  expect(others.map(({ method }) => method)).toEqual(
    expect.arrayContaining(['unipc2-5', 'dpmpp2m-5', 'heun-5', 'easycache-5', 'taylorseer-5', 'meancache-5']),
  )
  for (const row of others) expect(row.nfe, row.method).toBeLessThanOrEqual(6)
  expect(rows.find(({ method }) => method === 'heun-5')).toMatchObject({ nfe: 5, passes: 10 })
})

test('bench measures the plans of a file as they are', async () => {
  const cwd = await temporaryFolder(onTestFinished)
  const grid = ['--steps', '10', '--guidance', '1', '--nfe', '3,5']
  const made = await cli(cwd, ['calibrate', '--model', 'words', ...grid, '--out', 'plan.json'], {
    models: tinyModels,
  })
  expect(made.code).toBe(0)
  const few = ['--tune', '0', '--generations', '2', '--samples', '2', '--plans', 'plan.json', '--json']
  const { code, out } = await tiny(cwd, [...grid, ...few])
  expect(code).toBe(0)
  const { rows, evaluations, planEvaluations }: BenchDocument = JSON.parse(out)
  const plan = JSON.parse(await readFile(join(cwd, 'plan.json'), 'utf8'))
  expect(evaluations.planning).toBe(0)
  expect(planEvaluations).toBe(plan.calibration.evaluations)
  expect(
    rows.filter(({ method }) => method.startsWith('plan')).map(({ method, nfe }) => [method, nfe]),
  ).toEqual([
    ['plan-3', 3],
    ['plan-5', 5],
  ])
  const wrong = await tiny(cwd, ['--plans', 'plan.json', '--steps', '12', ...few.slice(0, 4)])
  expect(wrong.code).not.toBe(0)
  expect(wrong.log).toContain('schedule.sigmas')
  const missing = await tiny(cwd, ['--plans', 'no.json'])
  expect(missing.log).toMatch(/--plans: .*no\.json cannot be read/)
})
