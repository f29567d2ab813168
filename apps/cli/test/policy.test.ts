import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calibrate, fillNormal, linearSchedule, type PlanDocument } from '@fastflow/core'
import { type PolicyDocument, paperPolicy } from '@fastflow/pipelines'
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { cli, temporaryFolder } from './run-cli.ts'

let cwd: string
let plan: PlanDocument

beforeAll(async () => {
  const frontier = await calibrate({
    velocity: (x, sigma) => x.map((value) => value / (sigma + 0.5)),
    schedule: linearSchedule(12),
    noise: (seed) => fillNormal(new Float32Array(32), seed),
    budgets: [3, 5],
    evaluations: 120,
    key: { model: 'f'.repeat(64), guidance: 1.5, dims: [2, 4, 4], dtype: 'float32' },
  })
  plan = frontier.document
})

beforeEach(async () => {
  cwd = await temporaryFolder(onTestFinished)
  await write('plan.json', plan)
  await write('paper.json', paperDocument())
})

const policy = (...args: string[]) => cli(cwd, ['policy', ...args])
const write = (file: string, document: unknown) => writeFile(join(cwd, file), JSON.stringify(document))

function paperDocument(): PolicyDocument {
  const { policy: paper, id } = paperPolicy()
  const state = paper.finish(paper.init({ sigmas: [], numSteps: 12, random: () => 0 }), {
    completed: true,
    nfe: 12,
  })
  const sigmas = linearSchedule(12).sigmas
  const run = { model: 'f'.repeat(64), sigmas, guidanceScale: 1.5, dims: [2, 4, 4], dtype: 'float32' }
  const key = { ...run, extrapolator: 'emulate-2', policy: id }
  return { format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state }
}

test('show: a plan as a table, a row a budget', async () => {
  const { code, out } = await policy('show', 'plan.json')
  expect(code).toBe(0)
  expect(out).toMatch(/plan\.json: plan for 12 steps of .*, target baseline/)
  expect(out).toContain(`calibration: ${plan.calibration.evaluations} evaluations (`)
  expect(out).toMatch(/floor: a tenth fewer steps is [\d.]+ dB/)
  const rows = out.split('\n').slice(-2)
  for (const [k, { budget, nodes, quality }] of plan.plans.entries()) {
    const cells = rows[k]!.trim().split(/ +/)
    expect(cells).toEqual([
      ...[budget, nodes.length].map(String),
      ...[quality.mean, quality.p10, quality.min].map((psnr) => psnr.toFixed(1)),
      ...[String(quality.runs), quality.basis],
      Array.from({ length: 12 }, (_, step) => (nodes.includes(step) ? 'C' : 'S')).join(''),
    ])
  }
})

test('show: a plan as data', async () => {
  const { out } = await policy('show', 'plan.json', '--json')
  expect(JSON.parse(out)).toMatchObject({
    method: 'plan',
    key: { model: 'f'.repeat(64), guidance: 1.5, steps: 12, target: 'baseline' },
    calibration: plan.calibration,
    floor: plan.floor,
    plans: plan.plans.map(({ budget, nfe, quality }) => ({ budget, nfe, quality })),
  })
})

test('show: a policy of the paper', async () => {
  const { code, out } = await policy('show', 'paper.json')
  expect(code).toBe(0)
  expect(out).toMatch(
    /policy of the paper for 12 steps.*\n.*\nlearned from 1 generations, mu .*, arms 0, 2, 4, 6/,
  )
  const { out: json } = await policy('show', 'paper.json', '--json')
  expect(JSON.parse(json)).toMatchObject({
    method: 'paper',
    generations: 1,
    arms: [0, 2, 4, 6],
    key: { steps: 12 },
  })
})

test('export: the steps as a mask or as decisions', async () => {
  const [{ nodes } = { nodes: [] as readonly number[] }] = plan.plans
  const mask = Array.from({ length: 12 }, (_, step) => (nodes.includes(step) ? 1 : 0))
  expect(await policy('export', 'plan.json', '--nfe', '3')).toEqual({ code: 0, out: mask.join(','), log: '' })
  const decisions = mask.map((step) => (step ? 'C' : 'S')).join('')
  expect((await policy('export', 'plan.json', '--nfe', '3', '--as', 'decisions')).out).toBe(decisions)
  const sigmas = (await policy('export', 'plan.json', '--nfe', '3', '--as', 'sigmas')).out
  expect(sigmas.split(', ').map(Number)).toEqual([...nodes.map((node) => plan.key.schedule.sigmas[node]), 0])
  expect((await policy('export', 'plan.json', '--nfe', '3', '--as', 'comfyui')).out).toContain(
    'FastFlowPlan3of12',
  )
  const { out } = await policy('export', 'plan.json', '--nfe', '3', '--json')
  expect(JSON.parse(out)).toEqual({ nfe: 3, steps: 12, mask })
})

test('export: says what it gives for a budget that is not planned', async () => {
  const between = await policy('export', 'plan.json', '--nfe', '4', '--as', 'decisions')
  expect(between).toMatchObject({ code: 0, log: 'nfe 4 is not planned, 3 is exported; available: 3, 5' })
  const whole = await policy('export', 'plan.json', '--nfe', '12', '--as', 'decisions')
  expect(whole).toEqual({
    code: 0,
    out: 'C'.repeat(12),
    log: 'nfe 12 is not below the 12 steps: all are evaluated',
  })
})

test('a plan made where guidance has an interval says so, and is exported by the passes it makes there', async () => {
  const key = { ...plan.key, guidanceInterval: [0.3, 0.7] }
  await writeFile(join(cwd, 'limited.json'), JSON.stringify({ ...plan, key }))
  const guided = plan.key.schedule.sigmas.map((sigma) => sigma > 0.29 && sigma < 0.71)
  const costs = plan.plans.map(({ nodes }) => nodes.length + nodes.filter((node) => guided[node]).length)
  const { out } = await policy('show', 'limited.json')
  expect(out).toContain('guidance 1.5 at sigma 0.3 to 0.7,')
  const rows = plan.plans.map(({ budget, nfe }, k) => new RegExp(`^ *${budget} +${nfe} +${costs[k]} `, 'm'))
  for (const row of rows) expect(out).toMatch(row)
  const whole = 12 + guided.filter(Boolean).length
  const full = await policy('export', 'limited.json', '--passes', String(whole), '--as', 'decisions')
  expect(full).toEqual({
    code: 0,
    out: 'C'.repeat(12),
    log: `passes ${whole} is not below the passes of the full run: all are evaluated`,
  })
  const most = await policy('export', 'limited.json', '--passes', String(whole - 1), '--as', 'decisions')
  expect(most.out).toMatch(/^C[CS]{11}$/)
  expect(most.out).toContain('S')
  expect(most.log).toMatch(
    new RegExp(`^passes ${whole - 1} is not planned, (${costs.join('|')}) is exported$`),
  )
})

test.each([
  ['no such file', ['show', 'nowhere.json'], 1, /FILE: .*nowhere\.json cannot be read.*calibrate/],
  ['no JSON', ['show', 'cut.json'], 1, /FILE: .*cut\.json is not valid JSON/],
  ['another document', ['show', 'other.json'], 1, /FILE: .*other\.json is neither a plan nor a policy/],
  ['a list', ['show', 'list.json'], 1, /FILE: .*list\.json is neither a plan nor a policy/],
  ['a damaged plan', ['show', 'damaged.json'], 1, /FILE: .*damaged\.json is damaged: plans\[0\]\.nodes/],
  ['a damaged policy', ['show', 'arms.json'], 1, /FILE: .*arms\.json is damaged: /],
  [
    'a policy without key',
    ['show', 'keyless.json'],
    1,
    /FILE: .*keyless\.json is damaged: .*key: missing is not a JSON object/,
  ],
  ['fewer than planned', ['export', 'plan.json', '--nfe', '2'], 2, /nfe: 2 is below.*available: 3, 5/],
  [
    'a policy that has no steps',
    ['export', 'paper.json', '--nfe', '3'],
    2,
    /FILE: .*decides anew.*--method plan/,
  ],
  [
    'an unknown form',
    ['export', 'plan.json', '--nfe', '3', '--as', 'xml'],
    2,
    /--as.*"xml".*mask, decisions/,
  ],
  ['no budget', ['export', 'plan.json'], 2, /--nfe/],
  ['no file', ['show'], 2, /file/],
])('bad input: %s', async (_, args, expected, message) => {
  const [first] = plan.plans
  const paper = paperDocument()
  await writeFile(join(cwd, 'cut.json'), '{"format":')
  await write('other.json', { format: 'recipe' })
  await write('list.json', [])
  await write('damaged.json', { ...plan, plans: [{ ...first, nodes: [1, 2, 3] }] })
  await write('arms.json', { ...paper, state: { ...(paper.state as object), arms: ['x'] } })
  await write('keyless.json', { ...paper, key: undefined })
  const { code, out, log } = await policy(...args)
  expect({ code, out }).toEqual({ code: expected, out: '' })
  expect(log).toMatch(message)
})
