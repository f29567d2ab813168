import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import * as bench from '@fastflow/bench'
import { calibrate, fillNormal, linearSchedule } from '@fastflow/core'
import { type DecisionRecord, learnerOf, loadPipeline, type QualityTable } from '@fastflow/pipelines'
import {
  type Argument,
  called,
  describeMisuse,
  fixtures,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'
import { afterAll } from 'vitest'
import { unhurried } from './support/unhurried.ts'

const pipe = await loadPipeline(fileURLToPath(new URL('models/words', fixtures)), { backend: nodeBackend() })
afterAll(() => pipe.dispose())
const turns = bench.takingTurns(pipe, [{ subject: 'a' }, { subject: 'b' }])
const otherTurns = bench.takingTurns({ ...pipe, model: 'other' }, [{ subject: 'a' }, { subject: 'b' }])
const frontier = await calibrate({
  velocity: (x, sigma) => x.map((value) => value / (sigma + 0.5)),
  noise: (seed) => fillNormal(new Float32Array(8), seed),
  schedule: linearSchedule(16),
  budgets: [4, 6, 8, 10, 12],
  evaluations: 200,
})

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>>): Misusable => ({
  call,
  arguments: fields,
})
const number = (valid: number, ...wrong: number[]): Argument => ({
  ...real(valid),
  wrong: [NaN, Infinity, -Infinity, ...wrong],
})
const callback = (valid: unknown): Argument => only(['function'], valid)
const flag = optional(only(['flag'], false))
const share = (valid: number): Argument => real(valid, 0, 1, 1.5)
const signal = optional(made(() => ({ aborted: false }), { aborted: 1 }))
const pace = made(() => unhurried, { due: () => false }, { due: 5, rest: 5 })
const evaluations = (valid: readonly number[]): Argument =>
  only(['list'], valid, [], [0], [1.5], [NaN], ['4'])
const source = (valid: unknown): Argument =>
  called(
    /pipe/,
    made(() => valid, { generateTurn: 5 }),
  )
const samples = whole(1, 0, 2 ** 33)
const seed = whole(1, 2 ** 32)
const numSteps = whole(12, 0, 10_001)
const guidanceScale = real(2, 100.5)
const interval = [[0.8, 0.2], [0.2], [NaN, 1], ['0', '1'], [0, 2]]

const terms = {
  numSteps,
  guidanceScale,
  guidanceInterval: optional(made(() => [0.2, 0.8], ...interval)),
  numFrames: optional(whole(8, 0)),
  budgets: evaluations([6]),
  samples,
  seed,
  paperGenerations: whole(0),
  plans: only([], 'none', 'own plan', { ...frontier.document, format: 'fastflow-policy' }),
  exact: flag,
  controls: only([], 'ab2', 'some'),
  oracle: flag,
  tuningSamples: whole(0),
}
const log = optional(made(() => bench.noLog, { once: 5 }))
const settings = options({
  ...terms,
  trajectories: flag,
  shownSamples: optional(whole(1)),
  environment: called(
    /environment/,
    made(
      () => ({ node: 'v0', threads: 1 }),
      { node: 'v0', threads: 0 },
      ...[5, '', null].map((browser) => ({ browser, threads: 1 })),
      { node: 'v0', browser: 5, threads: 1 },
    ),
  ),
  signal,
  now: callback(() => 0),
  watchLoop: optional(callback(async (work: () => unknown) => ({ result: await work(), lagMs: 0 }))),
  log,
  onRun: optional(callback(() => undefined)),
  onProgress: optional(callback(() => undefined)),
  compare: optional(callback(async () => undefined)),
})

const picture = { width: 16, height: 16, data: new Uint8Array(768) }
const madeRun = (changes: object = {}): object => ({
  ...{ method: 'full', nfe: 12, passes: 12, decisions: 'C', modelMs: 1, overheadMs: 0, wallMs: 1 },
  frames: [picture],
  ...changes,
})
const environment = () => ({ backend: 'cpu', threads: 1, eventLoopLagP99Ms: 0 })
const generations = { generations: 1, numSteps: 12, guidanceScale: 2, signal: { aborted: false } }
const { state: paperState } = await bench.learnPaper(turns, generations)
const [bandit, ...bandits] = paperState.bandits

const run = { nfe: 4, psnr: 30, exactPsnr: 30, mismatches: [1, 1, 1] }
const pool = (): bench.Pool => ({
  document: frontier.document,
  numSteps: 16,
  samples: Array.from({ length: 8 }, (_, index) => ({
    subject: index % 2,
    exactPsnr: 40,
    plans: Object.fromEntries([4, 6, 8, 10, 12].map((budget) => [budget, { ...run, nfe: budget }])),
    early: {},
  })),
})
const poolArgument = made(
  pool,
  { ...pool(), numSteps: 0 },
  { ...pool(), document: { plans: [5] } },
  { ...pool(), samples: [] },
  { ...pool(), samples: [{ subject: 0, exactPsnr: 40, plans: {}, early: {} }] },
  { ...pool(), samples: [{ ...pool().samples[0], plans: { 4: 5 } }] },
)

const table: QualityTable = {
  format: 'fastflow-quality',
  version: 2,
  key: 'k',
  plans: 'p',
  metric: 'lpips',
  proxy: { name: 'lpips', version: 'lpips/1' },
  numSteps: 50,
  nfe: [6, 10],
  floor: [],
  runs: Array.from({ length: 8 }, (_, run) => ({
    seed: run,
    features: [run, 0, 0, 0],
    scores: [0.01, 0.005],
    landings: [
      [-2, -2, -2],
      [-2, -2.1, -2],
    ],
  })),
}
const wrongTables = [
  { ...table, metric: 'ssim' },
  { ...table, nfe: [] },
  { ...table, nfe: ['6', 10] },
  { ...table, runs: [5, 6] },
  { ...table, runs: [{ ...table.runs[0], scores: [0.1] }, table.runs[1]] },
  { ...table, runs: [{ ...table.runs[0], landings: [[NaN], []] }, table.runs[1]] },
]
const tableArgument = called(
  /table|runs/,
  made(() => table, ...wrongTables, { ...table, runs: [] }),
)

const record = (arm: number): DecisionRecord => ({
  ...{ format: 'fastflow-decision', version: 3, key: 'k', seed: 1, mode: 'on', arms: [6, 50], arm },
  ...{ propensity: 0.5, choices: [{ context: [1, 0], among: [0, 1], taken: [arm] }], landings: [] },
  ...{ metric: 'lpips', limit: 0.05, proxy: 'lpips/1', scores: [], shadowNfe: 0, reward: 0.1 * arm },
})
const records = [0, 1, 0, 1].map(record)
const arms = only(['list'], [6, 50], [], [NaN], ['6'])
const learned = learnerOf('lin-ts').init(
  { metric: 'lpips', limit: 0.05, confidence: 0.9 },
  [6, 50],
  undefined,
) as object
const bytes = (): Uint8Array => new TextEncoder().encode('{}')
const bytesArgument = made(bytes, new Float32Array(1), new ArrayBuffer(1))

const quality = { nfe: 4, passes: 4, modelMs: 1, wallMs: 1, scores: { psnr: 30, contrast: 0.2 } }
const defaults = called(
  /pipe|numSteps|guidanceScale/,
  made(() => pipe, { defaults: { numSteps: '50' } }, { defaults: 5 }),
)
const ms = number(100)
const each = real(1)

describeMisuse('@fastflow/bench', bench, {
  certificateOf: row(bench.certificateOf, { frontier: made(() => frontier, frontier.document) }),
  shownMethods: row(bench.shownMethods, { budgets: evaluations([6]) }),
  fittedTerms: row(bench.fittedTerms, {
    pipe: source(turns),
    terms: options(terms),
    options: options({
      open: only(['list'], ['budgets'], ['steps']),
      ms: number(100, -1),
      now: callback(() => 0),
      signal,
    }),
  }),
  planRows: row(bench.planRows, { frontier: made(() => frontier, frontier.document) }),
  compareGuards: row(bench.compareGuards, { pool: poolArgument, subjects: whole(2, 0), pace }),
  coverageOf: row(bench.coverageOf, { pool: poolArgument, psnr: real(20, 0), confidence: share(0.5) }),
  recordPool: row(bench.recordPool, {
    pipe: source(turns),
    settings: options({
      samples,
      seed,
      numSteps: whole(16, 0, 10_001),
      guidanceScale,
      subjects: whole(2, 0),
      signal,
      log: made(() => bench.noLog, { once: 5 }),
      onProgress: callback(() => undefined),
    }),
  }),
  evaluatePolicy: row(bench.evaluatePolicy, {
    records: made(() => records, [], [records[0], 5], [records[0], { ...records[1], choices: [] }]),
    policy: only(
      ['function'],
      () => [0.5, 0.5],
      () => [1],
    ),
    options: options({ confidence: real(0.9, 0.4, 1), clip: real(10, 0.5) }),
    pace,
  }),
  jsonLines: row(bench.jsonLines, { bytes: bytesArgument }),
  parseDecisions: row(bench.parseDecisions, { bytes: bytesArgument, pace }),
  namedPolicy: row(bench.namedPolicy, {
    name: called(/name|policy/, only(['text'], 'uniform', 'nfe:7')),
    arms,
    field: optional(only(['text'], 'policy', '')),
  }),
  learnedPolicy: row(bench.learnedPolicy, {
    input: called(
      /STATE/,
      made(() => ({ learner: learned }), '', 'torn', { learner: { ...learned, kind: 'ucb' } }),
    ),
    arms,
    source: made(
      () => ({ code: 'policy-unreadable', name: 'STATE', fix: 'give another' }),
      {},
      { code: 'policy-unreadable', name: 5, fix: '' },
    ),
  }),
  effortFor: row(bench.effortFor, {
    pipe: defaults,
    ms,
    msPerEvaluation: each,
    limits: options({ samples: whole(2, 0), generations: whole(0) }),
  }),
  expectedMs: row(bench.expectedMs, { terms: options(terms), msPerEvaluation: each }),
  leastMs: row(bench.leastMs, { pipe: defaults, msPerEvaluation: each }),
  shareOf: row(bench.shareOf, { ms, least: only(['list'], [10, 20], [], [NaN], [-1], ['10']) }),
  timeEvaluation: row(bench.timeEvaluation, {
    generate: callback(async () => undefined),
    clock: callback(() => 0),
  }),
  demoSubjects: row(bench.demoSubjects, {
    pipe: made(() => pipe, { subjects: 5 }),
    options: options({ most: whole(2, 0), open: callback(async () => undefined), signal }),
  }),
  fixedNfeFor: row(bench.fixedNfeFor, {
    p10: number(0.01),
    goal: made(() => ({ metric: 'lpips', limit: 0.05, confidence: 0.9 }), { metric: 'ssim' }),
    fixedPlans: made(() => [{ reward: 0, nfe: 6, p10: 0.1 }], [5], [{ nfe: '6', p10: 1 }], [{ nfe: 6 }]),
  }),
  landingsUnder: row(bench.landingsUnder, {
    turns: called(
      /pipe/,
      made(() => bench.takingTurns(pipe, [{ subject: 'a' }]), pipe),
    ),
    frontier: made(() => frontier, frontier.document),
    budget: called(/budget|nfe/, whole(6, 0, 3)),
    options: options({
      count: whole(1, 0),
      settings: {
        ...made(() => ({ numSteps: 16, guidanceScale: 1 }), { numStep: 16 }),
        takes: ['object'],
        named: /settings|numStep/,
      },
      signal,
    }),
  }),
  runLearnBench: row(bench.runLearnBench, {
    table: called(
      /table|runs/,
      made(() => table, ...wrongTables, { ...table, runs: table.runs.slice(1, 2) }),
    ),
    settings: options({
      limit: optional(real(0.05)),
      limits: optional(only(['list'], [0.05], [], [NaN], ['1'])),
      confidence: share(0.5),
      generations: whole(10, 0),
      repeats: whole(1, 0),
      swapped: optional(made(() => [[-2, -2, -2]], [], [5], [[NaN]])),
    }),
    pace,
  }),
  watchedArm: row(bench.watchedArm, { table: made(() => ({ nfe: [6, 10] }), { nfe: [] }, { nfe: ['6'] }) }),
  summarizeTable: row(bench.summarizeTable, { table: tableArgument }),
  learnPaper: row(bench.learnPaper, {
    pipe: source(turns),
    settings: options({
      generations: whole(1, 0),
      numSteps,
      guidanceScale,
      arms: optional(made(() => [0, 2], [NaN], ['0'])),
      signal,
      policy: optional(made(() => undefined, { format: 'fastflow-plan' })),
      turn: optional(whole(1)),
      onGeneration: optional(callback(() => undefined)),
    }),
  }),
  learningCurve: row(bench.learningCurve, {
    state: made(
      () => paperState,
      ...[
        { numSteps: 0 },
        { numSteps: 2 },
        { arms: ['0'] },
        { bandits: 5 },
        { bandits: [5] },
        { bandits: [{ ...bandit, rows: 5 }, ...bandits] },
        { bandits: [5, ...bandits] },
      ].map((changes) => ({ ...paperState, ...changes })),
    ),
    nfe: only(['list'], [12, 9], [NaN], ['9'], [-1]),
  }),
  documentOf: row(bench.documentOf, {
    terms: options({
      model: only(['text'], 'tiny'),
      steps: whole(12, 0),
      seed: whole(1),
      guidanceScale: real(2),
      guidanceInterval: optional(made(() => [0.2, 0.8], ...interval)),
      frames: optional(whole(1, 0)),
      environment: called(
        /environment/,
        made(
          environment,
          ...[
            { node: 5 },
            { browser: 5 },
            { backend: undefined },
            { threads: 0 },
            { eventLoopLagP99Ms: NaN },
          ].map((changes) => ({ ...environment(), ...changes })),
        ),
      ),
    }),
    made: called(
      /made|image|reference/,
      made(
        () => [madeRun(), madeRun()],
        [5],
        ...[
          { method: 5 },
          { decisions: undefined },
          { nfe: NaN },
          { wallMs: '1' },
          { frames: 5 },
          { frames: [] },
          { frames: [5] },
          { frames: [{ ...picture, width: 9 }] },
          { frames: [{ ...picture, data: [1] }] },
          { frames: [picture, picture] },
        ].flatMap((changes) => [
          [madeRun(changes), madeRun()],
          [madeRun(), madeRun(changes)],
        ]),
      ),
    ),
  }),
  framesOf: row(bench.framesOf, {
    flow: called(
      /flow|toImage/,
      made(
        () => ({ numFrames: 1, toImage: () => picture }),
        { numFrames: 1 },
        { numFrames: 1, toImage: 5 },
        { numFrames: 0, toImage: () => picture },
      ),
    ),
    pixels: made(() => new Float32Array(192), new Float64Array(192)),
  }),
  overFloor: row(bench.overFloor, {
    row: made(() => ({ method: 'full', psnr: { mean: 30 } }), { psnr: 30 }),
    rows: made(() => [{ method: 'floor', psnr: { mean: 20 } }], [{ method: 'floor' }]),
  }),
  isRival: row(bench.isRival, { method: only(['text'], 'ab2-10', '') }),
  comparePrecision: row(bench.comparePrecision, {
    sources: called(
      /sources|pipe/,
      made(() => [turns, otherTurns], [], [5], [turns], [turns, turns], [turns, { model: 'b' }]),
    ),
    settings: options({
      numSteps,
      guidanceScale,
      budgets: evaluations([6]),
      samples,
      seed,
      environment: made(() => ({ node: 'v0', threads: 1 })),
      signal,
      now: callback(() => 0),
      onProgress: optional(callback(() => undefined)),
    }),
  }),
  runBench: row(bench.runBench, { pipe: source(turns), settings }),
  runQuality: row(bench.runQuality, {
    pipe: made(() => pipe, { generate: 5 }),
    settings: options({
      cases: made(() => [{ subject: 'a' }], [], [5]),
      budgets: called(/budgets|nfe/, evaluations([6])),
      samples,
      seed,
      flow: { ...made(() => ({ numSteps: 12 })), takes: ['object'] },
      scorer: optional(made(() => undefined, { similarity: 5 })),
      signal,
      now: callback(() => 0),
      onSample: optional(callback(() => undefined)),
      onNote: optional(callback(() => undefined)),
    }),
  }),
  summarizeQuality: row(bench.summarizeQuality, {
    runs: made(
      () => [
        { method: 'full', measurements: [quality, quality] },
        { method: 'plan-6', measurements: [quality, quality] },
      ],
      [],
      [5],
      [{ method: 'full', measurements: [] }],
      [{ method: 'full', measurements: [{ ...quality, scores: 5 }] }],
      [
        { method: 'full', measurements: [quality, quality] },
        { method: 'plan-6', measurements: [quality] },
      ],
    ),
  }),
  sumOf: row(bench.sumOf, {
    cost: made(() => ({ learning: 0, planning: 1, oracle: 0, tuning: 0, samples: 2 }), {}, { learning: '5' }),
  }),
  planSummary: row(bench.planSummary, { frontier: made(() => frontier, {}) }),
  paperSummary: row(bench.paperSummary, {
    document: made(
      () => ({ key: { sigmas: [1, 0] }, state: { numSteps: 1, arms: [], generations: 0 } }),
      { key: 5, state: {} },
      { key: {} },
    ),
  }),
  subjectsOf: row(bench.subjectsOf, { pipe: made(() => pipe, { subjects: 5 }) }),
  promptsOf: row(bench.promptsOf, { subjects: made(() => [{ subject: 'a' }], [], ['a'], [{ prompt: 'a' }]) }),
  takingTurns: row(bench.takingTurns, {
    pipe: made(() => pipe, { generate: () => 5 }),
    subjects: made(() => [{ subject: 'a' }], [], ['a'], [{ prompt: 'a' }]),
    run: optional(
      options({
        numFrames: optional(whole(8, 0)),
        guidanceInterval: optional(made(() => [0.2, 0.8], ...interval)),
      }),
    ),
  }),
  'TurnPipeline.prepareTurn': row(turns.prepareTurn, { turn: whole(3) }),
  'TurnPipeline.generateTurn': row(turns.generateTurn, { turn: whole(3) }),
  velocitySource: row(bench.velocitySource, {
    options: options({
      model: only(['text'], 'linear', ''),
      velocity: optional(callback((x: Float32Array) => x)),
      velocityOf: { ...callback(() => (x: Float32Array) => x), named: /velocity/ },
      schedule: callback(linearSchedule),
      noise: callback(() => new Float32Array(8)),
      range: optional(real(2, 0)),
      toImage: optional(callback(() => undefined)),
      now: optional(callback(() => 0)),
    }),
  }),
})
