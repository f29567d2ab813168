import type { BenchDocument, BenchRow } from '@fastflow/bench'
import { calibrate, fillNormal, linearSchedule } from '@fastflow/core'
import * as report from '@fastflow/report'
import {
  type Argument,
  called,
  describeMisuse,
  type Misusable,
  made,
  only,
  optional,
  options,
  whole,
} from '@fastflow/testkit'
import { precisionDocument } from './precision-document.ts'

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>>): Misusable => ({
  call,
  arguments: fields,
})
const summary = { mean: 30, p10: 25, min: 20 }
const interval = { mean: 1, low: 0, high: 2 }
const bench = (changes: object = {}): BenchDocument => ({
  ...{ version: 1, model: 'tiny', steps: 12, samples: 2, seed: 1, guidanceScale: 2, exactSteps: 60 },
  ...{ paperGenerations: 0, planEvaluations: 0, planExactEvaluations: 0, tuningSamples: 0 },
  evaluations: { learning: 0, planning: 0, oracle: 0, tuning: 0, samples: 20 },
  environment: { node: 'v20', backend: 'cpu', threads: 1, eventLoopLagP99Ms: 1 },
  rows: [measured()],
  contests: [contest()],
  passes: [{ plan: 'plan-6', passes: 6, joint: 5, ratio: 0.8 }],
  ...changes,
})
const measured = (changes: object = {}): BenchRow => ({
  ...{ method: 'plan-6', nfe: 6, passes: 6, psnr: summary, ssim: summary, exact: { psnr: summary }, harm: 0 },
  ...{ modelMs: 1, overheadMs: 0.1, wallMs: 1.1, speedup: 2, skips: { 1: 6 } },
  ...changes,
})
const contest = (changes: object = {}): BenchDocument['contests'][number] => ({
  ...{ budget: 6, plan: 'plan-6', rival: 'ab2-6', to: 'full', difference: interval, p10: interval, wins: 1 },
  ...{ pairs: [[30, 29] as const] },
  ...changes,
})
const wrongMeasured = [
  { rows: 5 },
  { rows: [5] },
  ...['method', 'nfe', 'psnr', 'speedup', 'skips'].map((name) => ({
    rows: [measured({ [name]: undefined })],
  })),
  { rows: [measured({ psnr: { mean: '30' } })] },
  { rows: [measured({ ssim: null })] },
  { rows: [measured({ exact: {} })] },
  { rows: [measured({ tuned: 5 })] },
  { contests: [contest({ pairs: [[1]] })] },
  { contests: [contest({ to: 'half' })] },
  { contests: [contest({ p10: 5 })] },
  { passes: [{ plan: 'plan-6', passes: '6' }] },
  { exactSteps: undefined },
  ...[5, [5], [{ method: 'plan-6', points: [{ sigma: 1 }] }]].map((trajectories) => ({ trajectories })),
  { evaluations: {} },
].map(bench)
const wrongBenches = [
  ...wrongMeasured,
  ...['model', 'steps', 'samples', 'seed', 'environment'].map((name) => bench({ [name]: undefined })),
  bench({ environment: { node: 'v20', backend: 5 } }),
  bench({ guidanceInterval: [0.5] }),
]

const media = { type: 'image/png', width: 2, height: 2, base64: '' }
const picture = (changes: object = {}): object => ({
  ...{ method: 'full', nfe: 12, psnr: undefined, decisions: 'C', media },
  ...changes,
})
const comparison = (changes: object = {}): object => ({
  ...{ caption: 'cat', seed: 1, pictures: [picture(), picture()] },
  ...changes,
})
const learning = (changes: object = {}): object => ({
  ...{ policy: 'paper', steps: 2, arms: [0], nfe: [2, 2], pulls: [[1, 1]], means: [[0.5, null]] },
  ...changes,
})
const wrongLearning = [
  ...['policy', 'steps', 'arms', 'nfe', 'pulls', 'means'].map((name) => learning({ [name]: undefined })),
  ...[{ steps: 1e9 }, { arms: ['0'] }, { nfe: [NaN] }, { pulls: [5] }, { means: [['1']] }].map(learning),
]
const planned = (changes: object = {}): object => ({
  ...{ budget: 6, nfe: 6, quality: { mean: 30, p10: 27, min: 20, runs: 3, basis: 'held-out' } },
  ...changes,
})
const plan = (changes: object = {}): object => ({
  ...{ key: { schedule: { name: 'linear', sigmas: [1, 0.5, 0] } }, plans: [planned()] },
  ...changes,
})
const wrongPlans = [
  5,
  ...[{ key: undefined }, { key: { schedule: { sigmas: ['1'] } } }, { plans: undefined }, { plans: [5] }].map(
    plan,
  ),
  ...[{ nfe: '6' }, { budget: undefined }, { quality: {} }, { quality: { mean: 30, p10: 27 } }].map((one) =>
    plan({ plans: [planned(one)] }),
  ),
]
const section = (changes: object = {}): object => ({
  ...{
    model: 'tiny',
    description: 'A model.',
    bench: bench(),
    comparisons: [comparison()],
    learning: learning(),
  },
  ...changes,
})
const wrongSections = [
  5,
  ...wrongBenches.map((one) => section({ bench: one })),
  ...['model', 'description', 'bench', 'comparisons'].map((name) => section({ [name]: undefined })),
  ...[5, { caption: 5 }, { pictures: 5 }, { pictures: [5] }, { source: 5 }].map((one) =>
    section({ comparisons: [typeof one === 'number' ? one : comparison(one)] }),
  ),
  ...[
    { media: 5 },
    { media: { ...media, type: 'text/html' } },
    { media: { ...media, width: '2' } },
    { nfe: '1' },
  ].map((one) => section({ comparisons: [comparison({ pictures: [picture(one)] })] })),
  ...[{ steps: 1e9 }, { arms: 5 }, { nfe: ['1'] }, { pulls: [5] }, { means: [['1']] }].map((one) =>
    section({ learning: learning(one) }),
  ),
  ...wrongPlans.map((one) => section({ plan: one })),
]

const guard = { budget: 12, guard: 'static', nfe: 12, p10: 30, min: 20, harm: 0, settings: [] }
const coverage = {
  psnr: 30,
  confidence: 0.9,
  reached: 1,
  least: 1,
  repeats: 20,
  calibration: 5,
  test: 5,
  chosen: {},
}
const quality = {
  method: 'full',
  nfe: 12,
  passes: 12,
  speedup: 1,
  psnr: summary,
  motion: { mean: 1, change: interval },
}
const qualityOf = (changes: object = {}): object => ({
  samples: 2,
  cases: null,
  scorer: null,
  rows: [quality],
  ...changes,
})

const listOf = (valid: unknown, ...wrong: unknown[]): Argument =>
  called(
    /rows/,
    made(() => [valid], ...[5, {}, ...wrong].map((one) => [one])),
  )

const drawn = made(() => bench(), ...wrongMeasured, bench({ steps: undefined }), bench({ samples: '2' }))
const curve = made(learning, ...wrongLearning)
const chart = (changes: object = {}): object => ({
  ...(report.ownFrontier(bench()) as report.Chart),
  ...changes,
})
const [precisionRow] = precisionDocument.rows
const precision = (changes: object = {}): object => ({ ...precisionDocument, ...changes })
const precisionArgument = called(
  /document|rows|models/,
  made(
    precision,
    {},
    precision({ rows: 5 }),
    precision({ rows: [5] }),
    precision({ models: 'fox' }),
    precision({ rows: [{ ...precisionRow, psnr: 35 }] }),
    precision({ rows: [{ ...precisionRow, time: '0.2' }] }),
  ),
)
const length: Argument = { ...only(['number'], 500), wrong: [0, -1, NaN, Infinity] }
const figure = (valid: number): Argument => only(['number'], valid)
const digits = whole(2, 101)

const frontier = await calibrate({
  velocity: (x, sigma) => x.map((value) => value / (sigma + 0.5)),
  noise: (seed) => fillNormal(new Float32Array(8), seed),
  schedule: linearSchedule(16),
  budgets: [6, 8],
  evaluations: 100,
})

describeMisuse('@fastflow/report', report, {
  chartSvg: row(report.chartSvg, {
    chart: made(
      chart,
      ...[{ draw: 5 }, { label: undefined }, { heights: [300] }, { heights: ['300', 200] }].map(chart),
    ),
    options: options({
      width: length,
      height: optional(length),
      colors: optional(only([], 'page', 'pages')),
    }),
  }),
  ownFrontier: row(report.ownFrontier, { bench: drawn }),
  exactFrontier: row(report.exactFrontier, { bench: drawn }),
  skipsChart: row(report.skipsChart, { bench: drawn }),
  trajectoryChart: row(report.trajectoryChart, { bench: drawn }),
  precisionChart: row(report.precisionChart, { document: precisionArgument }),
  precisionTable: row(report.precisionTable, { document: precisionArgument }),
  describeBench: row(report.describeBench, {
    bench: drawn,
    options: options({
      task: only([], 'text-to-image', 'text-to-speech'),
      width: optional(whole(8, 0)),
      height: optional(whole(8, 0)),
    }),
  }),
  scatterChart: row(report.scatterChart, {
    bench: drawn,
    to: only([], 'full', 'half'),
    rival: only([], 'best', 'worst'),
  }),
  planChart: row(report.planChart, {
    plan: made(plan, ...wrongPlans),
    options: optional(options({ bench: optional(drawn), chosen: optional(whole(6, 0)) })),
  }),
  learningChart: row(report.learningChart, { curve }),
  pullsMap: row(report.pullsMap, { curve }),
  rewardMap: row(report.rewardMap, { curve }),
  decisionStrip: row(report.decisionStrip, {
    decisions: only(['text'], 'CSG'),
    steps: optional(whole(3)),
  }),
  fixed: row(report.fixed, { value: figure(0.5), digits }),
  decibels: row(report.decibels, { psnr: figure(30), digits: optional(digits) }),
  percent: row(report.percent, { share: figure(0.5) }),
  times: row(report.times, { ratio: figure(2) }),
  benchTable: row(report.benchTable, { document: made(() => bench(), {}, ...wrongMeasured) }),
  guardTable: row(report.guardTable, {
    rows: listOf(guard, { ...guard, against: 5 }, { ...guard, settings: [5] }, { ...guard, nfe: '12' }),
  }),
  coverageTable: row(report.coverageTable, { rows: listOf(coverage, { ...coverage, chosen: { 12: '5' } }) }),
  qualityTable: row(report.qualityTable, {
    document: made(
      qualityOf,
      ...[
        { samples: 0 },
        { cases: 5 },
        { scorer: {} },
        { rows: [5] },
        { rows: [{ ...quality, psnr: 5 }] },
      ].map(qualityOf),
      qualityOf({ rows: [{ ...quality, motion: { mean: 1 } }] }),
    ),
  }),
  textTable: row(report.textTable, {
    titles: only(['list'], ['a'], [5]),
    rows: made(() => [['a']], [['a', 5]], [5]),
    words: only(['list'], [0], [-1], ['0'], [0.5]),
  }),
  exportPlan: row(report.exportPlan, {
    frontier: made(() => frontier, {}),
    budget: called(
      /budget|nfe|passes/,
      made(() => frontier.budgets[0]!, 0, NaN, {}),
    ),
    format: only([], 'comfyui', 'sdxl', ''),
  }),
  planTable: row(report.planTable, { frontier: made(() => frontier, {}) }),
  planLines: row(report.planLines, { frontier: made(() => frontier, {}) }),
  learningTable: row(report.learningTable, {
    result: made(
      () => ({ limit: 0.1, runs: 3, curves: [], coverage: [], drift: { swaps: [], alarms: 0 } }),
      { curves: 5, coverage: [] },
      { curves: [], coverage: [5] },
    ),
    measured: made(() => ({ model: 'tiny', metric: 'psnr', proxy: { version: 'psnr' }, numSteps: 12 }), 5),
  }),
  spreadTable: row(report.spreadTable, {
    summary: made(
      () => ({ proxy: { version: 'psnr' }, runs: 3, numSteps: 12, plans: [], floor: null }),
      { plans: 5 },
      { plans: [5] },
    ),
  }),
  estimatesTable: row(report.estimatesTable, { estimates: made(() => [], [5], 5) }),
  folderText: row(report.folderText, {
    folder: made(
      () => ({
        ...{ location: 'DIR', className: 'A', scheduler: null, runs: true, run: null },
        ...{ parts: [], tokenizers: [], problems: [] },
        memory: { resident: null, sequential: null, available: null, auto: 'resident' },
      }),
      { parts: 5, tokenizers: [], problems: [] },
      { parts: [], tokenizers: [5], problems: [] },
    ),
  }),
  visible: row(report.visible, { text: only(['text'], 'a') }),
  visibleLine: row(report.visibleLine, { text: only(['text'], 'a') }),
  foreignName: row(report.foreignName, { text: only(['text'], 'a') }),
  renderReport: row(report.renderReport, {
    document: options({
      title: only(['text'], 'A report'),
      created: only(['text'], '2026-11-30T12:00:00Z'),
      command: optional(only(['text'], 'fastflow bench')),
      sections: made(() => [section()], ...wrongSections.map((one) => [one])),
    }),
    options: optional(options({ script: optional(only(['flag'], false)) })),
  }),
})
