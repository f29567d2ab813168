import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { documentOf, learningCurve } from '@fastflow/bench'
import type { PlanDocument } from '@fastflow/core'
import type { PaperState, PolicyDocument } from '@fastflow/pipelines'
import { type Media, renderReport } from '@fastflow/report'
import { expect, test } from 'vitest'
import type { Knowledge, ModelAbout, Take } from '../src/engine/protocol.ts'
import { metadataOf } from '../src/export/metadata.ts'
import { encodePng } from '../src/export/png.ts'
import { reportPage } from '../src/export/save-report.ts'
import { initialState, type Result, type State } from '../src/state/state.ts'

const STEPS = 50

/** The plan and the policy that come with a model. */
function shipped(): { readonly plan: PlanDocument; readonly policy: PolicyDocument<PaperState> } {
  const folder = fileURLToPath(new URL('../../../models/emoji/policies', import.meta.url))
  const documents = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  const named = (format: string) => documents.find((document) => document.format === format)
  return { plan: named('fastflow-plan'), policy: named('fastflow-policy') }
}

const image = (shade: number) => ({
  width: 16,
  height: 16,
  data: new Uint8Array(768).map((_, n) => (n * 7 + shade * (n % 3)) % 256),
})

function take(method: string, nfe: number, shade: number): Take {
  const decisions = 'C'.repeat(nfe).padEnd(STEPS, 'S')
  const stats = { nfe, steps: STEPS, passes: nfe, decisions, modelMs: nfe, overheadMs: 1 }
  return {
    method,
    image: image(shade),
    clip: undefined,
    seed: 7,
    caption: 'a fox',
    stats: { ...stats, estimatedPsnr: undefined, quality: undefined },
    wallMs: 2 * nfe,
    notes: [],
  }
}

const about = {
  name: 'emoji',
  task: 'text-to-image',
  digest: 'd',
  executionProvider: 'wasm',
  environment: { browser: 'Lynx/2.9', threads: 2 },
  runtime: { kind: 'wasm', name: 'WebAssembly, 2 threads', reason: '' },
} as unknown as ModelAbout

const settings = { ...initialState.settings, prompt: 'a fox', numSteps: STEPS, guidanceScale: 4 }
const full = take('full', STEPS, 0)
const fast = take('plan-6', 6, 4)
const others = [take('plan-8', 8, 2), take('plan-6', 6, 4)]

const model = {
  name: 'emoji',
  title: 'Emoji',
  task: 'text-to-image',
  location: '',
  bytes: 0,
  files: [],
} as const
const request = { id: 'i', model, about, subject: 'a fox', source: undefined, settings, key: 'k' }
const result: Result = {
  request,
  fast,
  full,
  others,
  bench: undefined,
}

async function mediaOf(one: Take): Promise<Media> {
  const bytes = await encodePng(one.image, metadataOf(one, result))
  const base64 = Buffer.from(bytes).toString('base64')
  return { type: 'image/png', width: 16, height: 16, base64 }
}

test('the saved report is the page of @fastflow/report for what was measured', async () => {
  const { plan, policy } = shipped()
  const curve = [50, 30, 12]
  const known = { plan, policy, curve, planSource: 'shipped', policySource: 'shipped' } as const
  const knowledge: Knowledge = { ...known, measured: { psnr: undefined, lpips: undefined } }
  // After a reload it is another object of the same name.
  const state: State = { ...initialState, settings, model: { ...model }, about, knowledge }
  const runOf = ({ method, stats, wallMs, image: frame }: Take) => ({
    ...stats,
    method,
    wallMs,
    frames: [frame],
  })
  const bench = documentOf(
    {
      model: 'emoji',
      steps: STEPS,
      seed: 7,
      guidanceScale: 4,
      environment: { browser: 'Lynx/2.9', threads: 2, backend: 'wasm', eventLoopLagP99Ms: 0 },
    },
    [full, fast, others[0]!].map(runOf),
  )
  const pictures = await Promise.all(
    [full, fast, others[0]!].map(async (one, n) => ({
      method: one.method,
      nfe: one.stats.nfe,
      psnr: n === 0 ? undefined : bench.rows[n]!.psnr.mean,
      decisions: one.stats.decisions,
      media: await mediaOf(one),
    })),
  )
  const expected = renderReport(
    {
      title: 'a fox',
      created: '2026-11-30T12:00:00Z',
      sections: [
        {
          model: 'emoji',
          description:
            'One picture of seed 7, 50 steps, guidance 4, made in a browser on WebAssembly, 2 threads.',
          bench,
          comparisons: [{ caption: 'a fox', seed: 7, pictures }],
          learning: learningCurve(policy.state, curve),
          plan,
        },
      ],
    },
    { script: false },
  )
  expect(await reportPage(result, state, '2026-11-30T12:00:00Z')).toBe(expected)
})

test('a picture without a full run is in the page all the same, and of other settings nothing is claimed', async () => {
  const { plan, policy } = shipped()
  const knowledge = { plan, policy, curve: [] } as unknown as Knowledge
  const state: State = { ...initialState, settings: { ...settings, numSteps: 20 }, model, about, knowledge }
  const alone = { ...result, full: undefined, others: [] }
  const page = await reportPage(alone, state, '2026-11-30T12:00:00Z')
  expect(page).toContain((await mediaOf(fast)).base64)
  expect(page).toContain('aria-label="6 of 50 steps evaluated"')
  expect(page).not.toMatch(/<table|<figure/)
})

test('an edited picture stands beside what it was made from', async () => {
  const data = new Uint8Array([1, 2, 3, 255, 4, 5, 6, 255])
  const source = { name: 'mine.png', image: { width: 2, height: 1, data } }
  const state: State = { ...initialState, settings, model, about }
  const page = await reportPage({ ...result, request: { ...request, source } }, state, '2026-11-30T12:00:00Z')
  const bytes = await encodePng({ width: 2, height: 1, data: new Uint8Array([1, 2, 3, 4, 5, 6]) }, {})
  expect(page).toContain(Buffer.from(bytes).toString('base64'))
  expect(page).toContain('alt="the picture before: a fox"')
})

test('the colours of the page are those of the report, in light and in dark', () => {
  const sheet = readFileSync(new URL('../src/style/tokens.css', import.meta.url), 'utf8')
  const own = new Map(
    [...sheet.matchAll(/(--[\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map(([, name, ...both]) => [
      name!,
      both,
    ]),
  )
  const page = renderReport({ title: '', created: '', sections: [] })
  const style = page.slice(page.indexOf('<style>'), page.indexOf('</style>'))
  const report = new Map<string, string[]>()
  for (const [, name, color] of style.matchAll(/(--[\w-]+): (#\w+)/g))
    report.set(name!, [...(report.get(name!) ?? []), color!])
  const shared = [...own].filter(([name]) => report.has(name))
  expect(shared.length).toBeGreaterThan(12)
  for (const [name, both] of shared) expect(both, name).toEqual(report.get(name)!.slice(0, 2))
  for (const name of ['plan', 'measured', 'paper', 'heat', 'muted', 'grid', 'axis', 'card', 'ink'])
    expect(own.has(`--${name}`), name).toBe(true)
})
