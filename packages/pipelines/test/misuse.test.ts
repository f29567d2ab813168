import { createRandom, memoryPolicyStore, uniformSkip } from '@fastflow/core'
import * as pipelines from '@fastflow/pipelines'
import { psnrProxy } from '@fastflow/proxies'
import {
  type Argument,
  called,
  describeMisuse,
  given,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'
import { fakeBackend } from './support/fake-backend.ts'
import { fakePipeline } from './support/fake-pipeline.ts'

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>> = {}): Misusable => ({
  call,
  arguments: fields,
})

const { pipe } = await fakePipeline()
const plan = (await pipe.calibrate({ numSteps: 10, budgets: [4, 6] })).toJSON()
const table = await pipe.measureQuality({ numSteps: 10, metric: 'psnr', runs: 2, floorRuns: 1 })

const callback = optional(only(['function'], () => undefined))
const flag = optional(only(['flag'], true))
const signal = optional(made(() => ({ aborted: false }), { aborted: 1 }))
const share = (valid: number): Argument => real(valid, 0, 1, 1.5)
const numbers = only(['list'], [1, 2], [NaN], ['1'])
const prompts = called(/prompts/, optional(made(() => undefined)))
const images = called(/images/, optional(made(() => undefined)))

const run = {
  numSteps: optional(whole(10, 0, 10_001)),
  guidanceScale: optional({ ...real(2, 100.5), takes: ['number'] } as Argument),
  guidanceInterval: optional(made(() => [0.2, 0.8], [0.8, 0.2], [0.2], [NaN, 1], ['0', '1'], [0, 2])),
  numFrames: optional(made(() => undefined)),
}
const flow = {
  ...run,
  seed: optional(whole(1, 2 ** 32)),
  negativePrompt: optional(made(() => undefined)),
  image: optional(made(() => undefined)),
}
const subject: Argument = called(/class/, {
  ...made(() => 'ant', 'wasp', NaN, Infinity, -1, 0.5, 3, 2 ** 60),
  takes: [],
})
const places = () => ({
  store: memoryPolicyStore(),
  folder: { has: async () => false, read: async () => new Uint8Array() },
})
const policyDocument = made(() => undefined, { format: 'other' })
const paper = {
  arms: optional(made(() => [0, 2], [], [0], [2, 0], [0.5, 1], ['0', '2'])),
  exploration: optional(real(0.2)),
  price: optional(real(0.4, 0)),
}
const method = called(/accelerate|method/, only([], 'plan', 'plans'))
const planned = {
  method,
  nfe: optional(whole(6, 0)),
  plan: called(/format|plan/, optional(made(() => plan, {}))),
}
const target = options({
  psnr: called(/psnr|target/, real(30, 0)),
  confidence: optional(share(0.9)),
})
const targeted = {
  target: { ...target, named: /target|accelerate/ },
  choose: called(/choose/, optional(only([], 'learned', 'best'))),
  mode: optional(only([], 'on', 'off')),
  measure: optional(real(0, 1.5)),
  proxy: optional(made(psnrProxy, { ...psnrProxy(), needs: 5 }, { score: () => 5 })),
  plan: called(/format|plan/, optional(made(() => plan, {}))),
  random: optional(only(['function'], () => 0.5)),
  onDecision: callback,
}
const learned = {
  ...targeted,
  choose: called(/choose|bandit/, given(only([], 'learned', 'best'))),
  bandit: optional(only([], 'lin-ts', 'ucb')),
  conservative: optional(share(0.1)),
}

const generating = (accelerate: Argument): Misusable =>
  row((asked: never) => pipe.generate('ant', { numSteps: 10, accelerate: asked }), {
    accelerate: given(accelerate),
  })

const goal: Argument = made(
  () => ({ metric: 'psnr', limit: 30, confidence: 0.9 }),
  { metric: 'ssim', limit: 1 },
  { metric: 'psnr', limit: NaN },
  { metric: 'psnr' },
)
const goalOf = () => ({ metric: 'psnr', limit: 30, confidence: 0.9 }) as const
const arms = called(/arms/, only(['list'], [4, 6, 10], [], [NaN], ['4']))
const termsOf = () => pipelines.createTerms(goalOf(), [4, 6, 10], table)
const stateOf = () => pipelines.initTargetState(termsOf())
const terms: Argument = called(/terms|goal/, made(termsOf, { goal: goalOf() }, { ...termsOf(), arms: [] }))
const state: Argument = made(stateOf)
const tableArgument: Argument = optional(made(() => table, { runs: 5 }))
const beginning = { goal, arms, table: tableArgument }
const linear = pipelines.learnerOf('lin-ts').init(goalOf(), [4, 6, 10], table)
const certificateOf = () => pipelines.certificateOf(stateOf(), termsOf())
const context = () => pipelines.contextOf([0.1, 0.2, 0.3, 0.4], 0)
const random = only(['function'], createRandom(1).next)
const routeOf = () =>
  pipelines.chooseArm(stateOf(), termsOf(), certificateOf(), context(), {}, createRandom(1).next)
const record: pipelines.DecisionRecord = {
  format: 'fastflow-decision',
  version: 3,
  key: 'key',
  seed: 1,
  mode: 'on',
  arms: [4, 6, 10],
  arm: 0,
  propensity: 1,
  choices: [{ context: context(), among: [0, 1, 2], taken: [0] }],
  landings: [-2, -3, -4],
  metric: 'psnr',
  limit: 30,
  proxy: null,
  scores: [],
  shadowNfe: 0,
  reward: null,
}
const key = pipe.policyKey({ numSteps: 10 })
const { policy: learnt } = await pipe.generate('ant', { numSteps: 10, accelerate: 'paper' })
const known = () => ({ format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state: {} })

describeMisuse(
  '@fastflow/pipelines',
  pipelines,
  {
    inspectFolder: row(pipelines.inspectFolder, {
      location: only(['text'], 'models/fake', ''),
      options: called(
        /options|backend/,
        options({ backend: made(() => fakeBackend(), { open: 5 }), signal }),
      ),
    }),
    loadPipeline: row(pipelines.loadPipeline, {
      location: only(['text'], 'models/fake', ''),
      options: called(
        /options|backend/,
        options({
          backend: made(() => fakeBackend(), { open: 5 }),
          store: optional(made(memoryPolicyStore, { load: 5 })),
          family: optional(made(() => [], 5, [5], { classNames: [5], open: () => {} })),
          memory: optional(only([], 'sequential', 'half')),
          threads: optional(only(['number'], 1)),
          mapWeights: flag,
          onProgress: callback,
          signal,
        }),
      ),
    }),
    loadPipelineOf: row(pipelines.loadPipelineOf, {
      known: made(() => pipelines.ownFamilies, [5], [{ open: 5 }], [{ classNames: [], open: () => {} }]),
      location: only(['text'], 'models/fake', ''),
      options: called(
        /options|backend/,
        options({
          backend: made(() => fakeBackend(), { open: 5 }),
          store: optional(made(memoryPolicyStore, { load: 5 })),
          family: optional(made(() => [], 5, [5], { classNames: [5], open: () => {} })),
          memory: optional(only([], 'sequential', 'half')),
          threads: optional(only(['number'], 1)),
          mapWeights: flag,
          onProgress: callback,
          signal,
        }),
      ),
    }),
    paperPolicy: row(pipelines.paperPolicy, { options: optional(options(paper)) }),
    planDigest: row(pipelines.planDigest, { key: made(() => plan.key, { model: 'm' }, { schedule: 5 }) }),
    policyDigest: row(pipelines.policyDigest, { key: made(() => key, {}, { model: 'm' }) }),
    checkPolicyDocument: row(pipelines.checkPolicyDocument, {
      document: called(/policy/, made(known, {}, { format: 'fastflow-policy', version: 9 })),
      key: made(() => key, {}),
      source: optional(only(['text'], 'here')),
    }),
    parsePaperDocument: row(pipelines.parsePaperDocument, {
      document: called(
        /policy/,
        made(() => learnt, {}, { ...known(), state: {} }, { ...learnt, key: { ...key, sigmas: ['1'] } }),
      ),
      source: optional(only(['text'], 'here', '')),
    }),
    learnedPolicy: row(pipelines.learnedPolicy, {
      key: made(() => key, {}),
      places: made(places, {}, { store: memoryPolicyStore() }),
    }),
    adoptPolicy: row(pipelines.adoptPolicy, {
      document: called(
        /policy/,
        made(() => learnt, {}, { format: 'fastflow-policy', version: 9 }),
      ),
      key: made(() => key, {}),
      places: made(places, {}, { store: memoryPolicyStore() }),
    }),
    certify: row(pipelines.certify, {
      goal,
      nfe: numbers,
      evidence: made(() => ({ table, online: [] }), {}, { table: 5, online: [] }),
    }),
    leastRuns: row(pipelines.leastRuns, { confidence: share(0.95) }),
    mostConfidence: row(pipelines.mostConfidence, { runs: whole(59) }),
    certificateOf: row(pipelines.certificateOf, { state, terms }),
    chooseArm: row(pipelines.chooseArm, {
      state,
      terms,
      certificate: { ...made(certificateOf), takes: ['object'] },
      context: only(['list'], context(), [NaN]),
      options: { ...made(() => ({})), takes: ['object'] },
      random,
    }),
    chooseAgain: row(pipelines.chooseAgain, {
      route: made(routeOf, { choices: [] }),
      state,
      terms,
      evaluations: whole(2),
      landings: only(['list'], [-3], [NaN]),
      random,
    }),
    sizeScore: row(pipelines.sizeScore, {
      table: tableArgument,
      size: optional({ ...real(1), wrong: [NaN, Infinity] }),
    }),
    contextOf: row(pipelines.contextOf, {
      features: numbers,
      previous: { ...real(0), wrong: [NaN, Infinity] },
      size: optional({ ...real(0), wrong: [NaN, Infinity] }),
    }),
    landingLogs: row(pipelines.landingLogs, { mismatches: numbers }),
    learnerOf: row(pipelines.learnerOf, {
      name: optional(only([], 'lin-ts', 'ucb')),
      explore: optional(real(0.1, 1.5)),
    }),
    'Learner.init': row(pipelines.learnerOf('lin-ts').init, beginning),
    'Learner.init, without contexts': row(pipelines.learnerOf('discounted-ucb').init, beginning),
    'Learner.parse': row((arms: never) => pipelines.learnerOf('lin-ts').parse(linear, arms), {
      arms: made(() => 3, 4),
    }),
    learnerOfState: row(pipelines.learnerOfState, {
      state: made(() => ({ kind: 'lin-ucb' }), { kind: 'ucb' }),
    }),
    plansDigest: row(pipelines.plansDigest, { document: made(() => plan, {}, { plans: [5] }) }),
    tableDigest: row(pipelines.tableDigest, {
      key: only(['text'], 'key', ''),
      metric: only([], 'psnr', 'ssim'),
    }),
    misses: row(pipelines.misses, { goal, score: { ...real(30), wrong: [NaN, Infinity] } }),
    rewardOf: row(pipelines.rewardOf, {
      goal,
      score: { ...real(30), wrong: [NaN, Infinity] },
      nfe: whole(4),
      numSteps: whole(10, 0),
    }),
    rewardsOf: row(pipelines.rewardsOf, { goal, scores: numbers, arms }),
    createTerms: row(pipelines.createTerms, {
      goal,
      arms,
      table: tableArgument,
      bandit: called(/bandit|name/, optional(only([], 'lin-ts', 'ucb'))),
    }),
    initTargetState: row(pipelines.initTargetState, { terms }),
    updateTargetState: row(pipelines.updateTargetState, { state, record: made(() => record), terms }),
    syntheticImages: row(pipelines.syntheticImages, { size: whole(8, 0, 100_000) }),

    'Pipeline.generate': row(pipe.generate, {
      subject,
      options: optional(
        options({
          ...flow,
          count: optional(whole(1, 0)),
          accelerate: optional(only([], 'off', 'fast')),
          signal,
          onStep: callback,
          onImage: callback,
          clock: optional(only(['function'], () => 0)),
        }),
      ),
    }),
    'Pipeline.generate by plans': generating(called(/accelerate/, options(planned))),
    'Pipeline.generate by passes': generating(
      called(
        /accelerate/,
        options({ ...planned, nfe: optional(only(['number'], undefined, NaN)), passes: given(whole(12, 0)) }),
      ),
    ),
    'Pipeline.generate by fidelity': generating(
      called(
        /accelerate/,
        options({
          method: called(/accelerate|method/, only([], 'auto', 'automatic')),
          psnr: given(called(/psnr|confidence/, real(30, 0))),
          confidence: optional(share(0.9)),
        }),
      ),
    ),
    'Pipeline.generate by the paper': generating(
      called(
        /accelerate/,
        options({
          ...paper,
          method: called(/accelerate|method/, only([], 'paper', 'papers')),
          policy: optional(policyDocument),
          fresh: flag,
          learn: flag,
        }),
      ),
    ),
    'Pipeline.generate by a policy': generating(
      called(
        /accelerate/,
        options({
          method: called(/accelerate|method/, only([], 'custom', 'own')),
          policy: called(
            /policy/,
            made(() => uniformSkip(4), plan),
          ),
        }),
      ),
    ),
    'Pipeline.generate by a target': generating(called(/accelerate/, options(targeted))),
    'Pipeline.generate by learning': generating(called(/accelerate/, options(learned))),
    'Pipeline.prepare': row(pipe.prepare, { subject, options: optional(options(flow)) }),
    'Pipeline.planKey': row(pipe.planKey, { options: optional(options(run)) }),
    'Pipeline.policyKey': row(pipe.policyKey, { options: optional(options({ ...run, ...paper })) }),
    'Pipeline.calibrate': row(pipe.calibrate, {
      options: optional(
        options({
          ...run,
          numSteps: given(whole(10, 0, 1, 10_001)),
          prompts,
          images,
          budgets: optional(only(['list'], [4], [], [0], [10], ['4'])),
          passes: called(/passes/, optional(only(['list'], undefined, [NaN], ['4']))),
          evaluations: optional(whole(100)),
          target: optional(only([], 'baseline', 'best')),
          start: called(/start|format|plan/, optional(made(() => undefined, {}))),
          recorded: optional(made(() => undefined, [], [{}], [null])),
          signal,
          onProgress: callback,
          checkpoint: optional(made(() => undefined)),
          onCheckpoint: callback,
          certify: optional(share(0.9)),
          onNote: callback,
        }),
      ),
    }),
    'Pipeline.replan': row(pipe.replan, {
      options: options({
        ...run,
        numSteps: given(whole(10, 0, 1, 10_001)),
        prompts,
        images,
        plan: called(
          /plan|format/,
          made(() => plan, {}),
        ),
        evaluations: called(/evaluations/, optional(whole(100))),
        runs: called(/runs|evaluations/, optional(whole(1))),
        upTo: optional(only([], 'check', 'all')),
        tolerance: optional(real(3)),
        signal,
        onProgress: callback,
        onNote: callback,
      }),
    }),
    'Pipeline.measureQuality': row(pipe.measureQuality, {
      options: options({
        ...run,
        metric: only([], 'psnr', 'ssim'),
        numSteps: given(whole(10, 0)),
        proxy: optional(
          made(
            psnrProxy,
            { ...psnrProxy(), needs: 5 },
            { ...psnrProxy(), score: () => ({ value: NaN }), version: 'other' },
          ),
        ),
        runs: given(whole(1, 0)),
        floorRuns: optional(whole(0)),
        plan: called(/format|plan/, optional(made(() => plan, {}))),
        prompts,
        images,
        signal,
        onProgress: callback,
        onNote: callback,
      }),
    }),
  },
  { parseRecord: 'reads documents from outside, and says what is wrong with them in its own tests' },
)
