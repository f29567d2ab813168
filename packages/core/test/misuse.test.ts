import * as core from '@fastflow/core'
import { memoryJournal, memoryPolicyStore, type SkipBandit } from '@fastflow/core'
import {
  type Argument,
  called,
  describeMisuse,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'
import {
  arms,
  budget,
  calibration,
  flag,
  frontier,
  grid,
  listened,
  noiseOf,
  plan,
  planned,
  planning,
  policy,
  sampling,
  schedule,
  seed,
  sigmas,
  solver,
  sources,
  space,
  state,
  steps,
  velocity,
} from './support/misusable.ts'

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>> = {}): Misusable => ({
  call,
  arguments: fields,
})

const bandit: SkipBandit<number> = {
  name: 'first',
  init: () => 0,
  select: () => ({ arm: 0 }),
  update: (learned) => learned,
}
const trajectory = {
  format: 'fastflow-trajectory',
  version: 1,
  seed: 1,
  schedule: { name: 'two steps', sigmas: [1, 0.5, 0] },
  nfe: 2,
  gram: [1, 0, 0, 1],
}
const heard = {
  ...{ seed: 1, nfe: 2, gram: new Float64Array([1, 0, 0, 1]), states: [], firstVelocity: noiseOf(1) },
  ...{ schedule: trajectory.schedule, guidance: null, dims: null },
}
const position = {
  ...{ version: 3, sigmas: [1, 0.5, 0], target: 'baseline', depth: 4, ridge: 1e-6, range: 2, parts: 1 },
  ...{ spent: 0, runs: [{ seed: 1, gram: [1, 0, 0, 1] }], floor: undefined, trials: [] },
}
const checkpoint = called(
  /checkpoint|calibrations/,
  made(() => position, {}, { ...position, version: 2 }, { ...position, runs: [{ seed: 1, gram: [1] }] }),
)
const folder = { location: 'model', has: async () => true, read: async () => Uint8Array.of(123, 125) }
const key = only(['text'], 'a-key', '', 'A', '../a', 'a b', 'a'.repeat(129))
const document: Argument = only(['null', 'number', 'text', 'flag', 'list', 'object'], {})
const order = (valid: number, ...wrong: number[]): Argument => ({
  ...whole(valid, 0, 6, ...wrong),
  takes: valid === 2 ? [] : [],
})
const floats: Argument = called(
  /x/,
  made(() => noiseOf(1), new Float64Array(4)),
)
const mask: Argument = made(() => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0], [], [0], [2, 0], ['1', '0'], [NaN])
const json = made(() => Uint8Array.of(123, 125), new Float32Array(1), '{', '')
const jsonSource = { code: 'invalid-argument', name: 'json', fix: 'give one JSON document' } as const
const decisions = only([], 'CSSSSCSSSS', '', 'SC', 'CX')
const recorded = { velocity: listened, schedule, solver: optional(solver), space, seed, guided: flag }

/** A full run that was listened to. */
async function listenedRun() {
  const velocity = listened.valid() as core.Velocity<Float32Array>
  const recorder = core.createRecorder({ velocity, schedule: grid, space: core.float32Space, seed: 1 })
  await core.sample({ velocity: recorder.velocity, schedule: grid, x: noiseOf(1) })
  return recorder
}

/** Predictions of the noise say nothing at sigma 1. */
const below = core.createSchedule('below', [0.9, 0.5, 0])

const asked = { sigmas: grid.sigmas, numSteps: 10, random: core.createRandom(1).next }
const context = made(
  () => asked,
  ...[{}, { ...asked, numSteps: 0.5 }, { ...asked, numSteps: NaN }, { ...asked, sigmas: 5 }],
  { ...asked, numSteps: 1e12 },
  { ...asked, random: undefined },
)
const ofGrid = { ...context, wrong: [...context.wrong!, { ...asked, numSteps: 9 }] }
const landed = { index: 0, sigma: 1, evaluations: 1, mismatch: undefined, relativeChange: undefined }
const landing = made(
  () => landed,
  ...[{}, { ...landed, index: -1 }, { ...landed, index: 10 }, { ...landed, index: 0.5 }],
  ...[0, 0.5, NaN, '1'].map((evaluations) => ({ ...landed, evaluations })),
  ...[5, [5], [null], [[1], [1, 2]]].map((velocityProducts) => ({ ...landed, velocityProducts })),
  { ...landed, stateProducts: 5 },
)
const outcome = made(() => ({ completed: true, nfe: 4 }), { completed: 'yes' })
const skipping = core.banditSkip({ bandit, arms: [0, 2] })
const learning = () => skipping.init(asked)
const jump = {
  out: only(['list'], new Float64Array(2), new Float64Array(0)),
  nodes: called(/nodes/, only(['list'], [1, 0.9], [])),
  count: whole(1, 3),
  sigmas: called(
    /sigmas|from/,
    made(() => grid.sigmas),
  ),
  from: whole(1, 11),
  to: whole(3, 0, 11),
}
const stage = {
  space: core.float32Space,
  sigmas: grid.sigmas,
  index: 1,
  x: noiseOf(1),
  velocity: noiseOf(2),
  evaluate: async () => true,
}
const stageOf = (count: number): Readonly<Record<string, Argument>> => {
  const scratch = Array.from({ length: count }, () => noiseOf(3))
  const parts = ['space', 'sigmas', 'index', 'x', 'velocity', 'scratch', 'evaluate']
  const wrong = [undefined, null, 5, 'five', NaN, -1, 10, Symbol('five')]
  return {
    stage: made(
      () => ({ ...stage, scratch }),
      ...parts.flatMap((part) =>
        wrong
          .filter((value) => !(part === 'index' && value === 5))
          .map((value) => ({ ...stage, scratch, [part]: value })),
      ),
      { ...stage, scratch: scratch.slice(1) },
      { ...stage, scratch: scratch.map(() => 5) },
      { ...stage, space: { linearCombination: 5 } },
    ),
  }
}

describeMisuse(
  '@fastflow/core',
  core,
  {
    adamsBashforth: row(core.adamsBashforth, { order: order(2, 1) }),
    banditSkip: row(core.banditSkip, {
      options: options({
        bandit: made(() => bandit, { ...bandit, name: undefined }, { name: 'first' }),
        arms: { ...arms, wrong: [...arms.wrong!, [0], [2, 0]] },
        price: optional(real(1, 0)),
      }),
    }),
    baselineFromConfig: row(core.baselineFromConfig, {
      config: called(/config/, {
        ...made(
          () => ({ shift: 3 }),
          { shift: '3' },
          { shift: 0 },
          { num_train_timesteps: 1.5 },
          { _class_name: 'Other' },
          { _class_name: 5 },
        ),
        takes: ['object'],
      }),
      numSteps: { ...whole(10, 0), named: /numSteps/ },
      options: optional(
        options({
          grid: optional(only([], 'pipeline', 'sigmas', [1, 0.5], [NaN], ['1'])),
          mu: optional({ ...real(0.5), wrong: [NaN, Infinity] }),
          imageSeqLen: optional(real(256, 0)),
          strength: optional(real(0.5, 0, 1.1)),
        }),
      ),
    }),
    accelerate: row(
      (own: never, settings: never) => core.accelerate<Float32Array>(own, settings).sample({ x: noiseOf(1) }),
      {
        velocity,
        options: optional(
          options({
            nfe: optional(whole(6, 0)),
            schedule: optional(schedule),
            solver: optional(solver),
            plan: optional(called(/plan|format/, made(frontier, {}, 'plan.json', '{}'))),
            range: optional(real(2, 0)),
          }),
        ),
      },
    ),
    calibrate: row(core.calibrate, { options: calibration }),
    certificateCost: row(core.certificateCost, { plan, confidence: optional(real(0.9, 0, 1)) }),
    coarserSchedule: row(core.coarserSchedule, { schedule }),
    createRandom: row(core.createRandom, { seed }),
    createRecorder: row(core.createRecorder, { options: options(recorded) }),
    createSchedule: row(core.createSchedule, { name: only(['text'], 'mine', ''), sigmas }),
    decisionsOf: row(core.decisionsOf, { steps, numSteps: called(/numSteps|nodes/, whole(10, 0, 3)) }),
    dpmSolverPP: row(core.dpmSolverPP),
    emulate: row(core.emulate, { order: order(2) }),
    emulateSolver: row(core.emulateSolver, { solver, depth: optional(whole(4, 0)) }),
    euler: row(core.euler),
    fillNormal: row(core.fillNormal, { out: made(() => new Float32Array(4), new Float64Array(4)), seed }),
    flatSegment: row(core.flatSegment, {
      options: options({ threshold: real(0.1), skip: whole(1, 0) }),
    }),
    fromEpsilon: row(
      (own: never, settings: never) =>
        core.sample({
          velocity: core.fromEpsilon<Float32Array>(own, settings),
          schedule: below,
          x: noiseOf(1),
        }),
      { model: called(/model|velocity/, velocity), options: optional(options({ space: optional(space) })) },
    ),
    fromTimeUp: row(
      (own: never, settings: never) =>
        core.sample({
          velocity: core.fromTimeUp<Float32Array>(own, settings),
          schedule: below,
          x: noiseOf(1),
        }),
      { model: called(/model|velocity/, velocity), options: optional(options({ space: optional(space) })) },
    ),
    fromX0: row(
      (own: never, settings: never) =>
        core.sample({ velocity: core.fromX0<Float32Array>(own, settings), schedule: below, x: noiseOf(1) }),
      { model: called(/model|velocity/, velocity), options: optional(options({ space: optional(space) })) },
    ),
    frozen: row(core.frozen, { policy }),
    fullPolicy: row(core.fullPolicy, { solver: optional(solver) }),
    guidanceActs: row(core.guidanceActs, {
      interval: optional(made(() => [0.1, 0.8], [0.1], [NaN, 1], ['0', '1'])),
      sigma: { ...real(0.5), wrong: [NaN, Infinity] },
    }),
    heun: row(core.heun),
    integrate: row(core.integrate, { order: order(2) }),
    ipndm: row(core.ipndm, { order: optional(order(2)) }),
    lagrangeWeights: row(core.lagrangeWeights, {
      out: made(() => new Float64Array(2), new Float64Array(1)),
      nodes: made(() => [1, 0.5], [1]),
      count: { ...whole(2), takes: [], named: /count|nodes|out/ },
      sigma: { ...real(0.2), wrong: [NaN, Infinity] },
    }),
    linearSchedule: row(core.linearSchedule, { numSteps: { ...whole(10, 0), named: /numSteps/ } }),
    maskFromDecisions: row(core.maskFromDecisions, { decisions: { ...decisions, wrong: ['CX', 'c'] } }),
    memoryJournal: row(core.memoryJournal),
    memoryPolicyStore: row(core.memoryPolicyStore),
    numStepsOf: row(core.numStepsOf, { schedule }),
    parseJson: row(core.parseJson, { input: called(/json/, json) }),
    'parseJson.source': row((...how: never[]) => core.parseJson('{}', ...how), {
      source: optional(only(['object'], jsonSource)),
      limits: optional(only(['object'], {})),
    }),
    readJson: row((input: never) => core.readJson(input, jsonSource), { input: called(/json/, json) }),
    parsePlan: row(core.parsePlan, {
      stored: called(
        /plan|format/,
        made(() => planned, '{', {}),
      ),
      expected: optional(
        called(
          /expected|schedule|solver|five|modle/,
          made(() => ({ model: null }), { modle: null }, { schedule: 5 }, { solver: 'unipc2' }),
        ),
      ),
    }),
    joinRecordings: row(core.joinRecordings, {
      recorded: called(
        /recorded|run.json/,
        made(() => [heard], ...[[], [{}], [null], [{ ...heard, gram: 5 }], [{ ...heard, schedule: null }]], [
          heard,
          { ...heard, guidance: 2 },
        ]),
      ),
      names: optional(only(['list'], ['run.json'])),
    }),
    mergeCalibrations: row(core.mergeCalibrations, {
      first: checkpoint,
      second: { ...checkpoint, wrong: [...checkpoint.wrong!, { ...position, depth: 3 }] },
    }),
    recordedRuns: row(core.recordedRuns, { checkpoint }),
    solverNamed: row(core.solverNamed, { name: called(/solver/, only([], 'unipc2', '', 'heun')) }),
    parseTrajectory: row(core.parseTrajectory, {
      stored: called(
        /trajectory|format|gram/,
        made(() => trajectory, '{', {}, { ...trajectory, gram: [1] }),
      ),
    }),
    passesOf: row(core.passesOf, {
      steps,
      key: optional(
        called(
          /key|schedule/,
          made(() => planned.key),
        ),
      ),
    }),
    planRun: row(
      async (recorder: never, settings: never) => core.planRun<Float32Array>(await recorder, settings),
      {
        recorder: made(listenedRun, {}, { finish: 5 }),
        options: options({
          schedule,
          range: optional(real(2, 0)),
          depth: optional(whole(4, 0, 1)),
          budgets: optional(only(['list'], [4], [], [0], [10], [NaN], [1.5], ['4'])),
          signal: sources.signal,
        }),
      },
    ),
    planRecordings: row(core.planRecordings, {
      recordings: called(
        /recordings|schedule/,
        made(() => core.joinRecordings([heard]), {}),
      ),
      options: called(
        /options|budgets/,
        options({
          budgets: only(['list'], [1], [], [0], [2], ['1']),
          depth: optional(whole(4, 0, 1)),
          ridge: optional(real(0)),
          range: optional(real(2, 0)),
          signal: sources.signal,
          onProgress: planning.onProgress,
        }),
      ),
    }),
    planFromMask: row(core.planFromMask, { mask, schedule, solver: optional(solver) }),
    planPolicy: row(core.planPolicy, { sigmas, steps }),
    policyFromMask: row(core.policyFromMask, { mask: called(/mask|decisions/, mask) }),
    portableLog: row(core.portableLog, { x: only(['number'], 2) }),
    randomBudget: row(core.randomBudget, { nfe: whole(4, 0) }),
    randomSkip: row(core.randomSkip, { arms: { ...arms, takes: ['list'] } }),
    readConfig: row(core.readConfig, { folder: made(() => folder), path: only(['text'], 'a.json', '') }),
    recordTrajectory: row(core.recordTrajectory, {
      options: options({
        ...recorded,
        velocity,
        noise: state,
        target: optional(only([], 'baseline', 'best')),
        refinement: optional(whole(5, 4)),
      }),
    }),
    refine: row(core.refine, {
      plan,
      options: options({ ...sources, ...planning, runs: optional(called(/runs/, whole(1))) }),
    }),
    replan: row(core.replan, {
      plan,
      options: options({
        ...sources,
        guided: flag,
        onProgress: planning.onProgress,
        runs: optional(called(/runs/, whole(1))),
        schedule: optional(schedule),
        upTo: optional(only([], 'check', 'all')),
        tolerance: optional(real(3)),
      }),
    }),
    replay: row(core.replay, { decisions }),
    restoreRandom: row(core.restoreRandom, {
      state: made(() => [1, 2, 3, 4], [1, 2, 3], [0, 0, 0, 0], [1, 2, 3, NaN], [1, 2, 3, -1], [1, 2, 3, 0.5]),
    }),
    sample: row(core.sample, { options: sampling }),
    scheduleFromConfig: row(core.scheduleFromConfig, {
      config: called(/config/, {
        ...made(
          () => ({ shift: 3 }),
          { shift: '3' },
          { shift: 0 },
          { shift_terminal: 1 },
          { shift_terminal: '0.1' },
          { _class_name: 'Other' },
        ),
        takes: ['object'],
      }),
      numSteps: { ...whole(10, 0), named: /numSteps/ },
      options: optional(options({ imageSeqLen: optional(real(256, 0)) })),
    }),
    seedLedger: row(core.seedLedger, { seeds: optional({ ...only(['list'], [1], [1.5], ['1']) }) }),
    shiftSigma: row(core.shiftSigma, { sigma: real(0.5, 1.1), shift: real(3, 0) }),
    shiftedSchedule: row(core.shiftedSchedule, { numSteps: whole(10, 0), shift: real(3, 0) }),
    simdSpace: row(core.simdSpace, { options: options({ capacity: whole(16, 2 ** 30) }) }),
    takesBothPasses: row(core.takesBothPasses, {
      scale: { ...real(2), takes: ['number', 'null', 'undefined'], wrong: [NaN, Infinity] },
    }),
    transferPlan: row(core.transferPlan, { plan, schedule }),
    uniformSkip: row(core.uniformSkip, { nfe: whole(4, 0) }),
    unipc: row(core.unipc, { order: optional(order(2, 1)) }),
    usedSeeds: row(core.usedSeeds, { document: made(() => planned, {}) }),
    validatePlan: row(core.validatePlan, {
      plan,
      options: options({ ...sources, certify: optional(real(0.9, 0, 1)) }),
    }),

    'Frontier.at': row(frontier().at, { budget }),
    'Frontier.entry': row(frontier().entry, { budget }),
    'Frontier.decisions': row(frontier().decisions, { budget }),
    'Frontier.mask': row(frontier().mask, { budget }),
    'Frontier.for': row(frontier().for, {
      target: options({
        psnr: { ...real(30), wrong: [NaN, Infinity] },
        confidence: optional(real(0.9, 0, 1)),
      }),
    }),
    'Extrapolator.weights': row(core.emulate(2).weights, jump),
    'Extrapolator.weights, integrated': row(core.integrate(2).weights, jump),
    'Extrapolator.weights, equal steps': row(core.ipndm(2).rule.weights, jump),
    'StagedSolver.step, dpmSolverPP': row(core.dpmSolverPP().step, stageOf(2)),
    'StagedSolver.step, heun': row(core.heun().step, stageOf(1)),
    'StagedSolver.step, unipc': row(core.unipc().step, stageOf(4)),
    ...Object.fromEntries(
      [
        core.fullPolicy(),
        core.uniformSkip(4),
        core.randomSkip([0, 2]),
        core.flatSegment({ threshold: 0.1, skip: 1 }),
        core.replay('CSSSSCSSSS'),
        core.frozen(core.uniformSkip(4)),
        frontier().at(4),
      ].map((plain) => [
        `SkipPolicy.decide, ${plain.name}`,
        row((...asked: never[]) => plain.decide(undefined as never, ...(asked as [never, never])), {
          landing,
          context: ofGrid,
        }),
      ]),
    ),
    'SkipPolicy.decide, randomBudget': row(core.randomBudget(4).decide, {
      state: only(['list'], [3, 6, 8, 10], []),
      landing,
      context,
    }),
    'SkipPolicy.init, randomBudget': row(core.randomBudget(4).init, { context }),
    'SkipPolicy.init, replay': row(core.replay('CSSSSCSSSS').init, { context }),
    'SkipPolicy.init, plan': row(frontier().at(4).init, { context }),
    'SkipPolicy.init, banditSkip': row(skipping.init, {
      context,
      previous: optional(called(/state/, made(learning, { bandits: 5, arms: [] }))),
    }),
    'SkipPolicy.demand, banditSkip': row(skipping.demand!, { state: made(learning) }),
    'SkipPolicy.decide, banditSkip': row(skipping.decide, {
      state: made(learning, { bandits: [] }),
      landing,
      context,
    }),
    'SkipPolicy.observe, banditSkip': row(skipping.observe, {
      state: made(learning),
      feedback: made(() => ({ from: 0, to: 2, skipped: 1, mismatch: 0.1 }), { from: '0' }),
    }),
    'SkipPolicy.finish, banditSkip': row(skipping.finish, { state: made(learning), outcome }),
    'SkipPolicy.finish, frozen': row(
      (outcome: never) => core.frozen(core.uniformSkip(4)).finish(undefined, outcome),
      { outcome },
    ),
    'PolicyStore.load': row(memoryPolicyStore().load, { key }),
    'PolicyStore.save': row(memoryPolicyStore().save, { key, document }),
    'UpdateJournal.append': row(memoryJournal().append, { key, document }),
    'UpdateJournal.read': row(memoryJournal().read, { key }),
    'UpdateJournal.compact': row(memoryJournal().compact, { key, fold: only(['function'], () => ({})) }),
    'Recorder.velocity': row(
      (wrapped: never) =>
        core.sample({
          velocity: core.createRecorder({
            velocity: wrapped,
            schedule: grid,
            space: core.float32Space,
            seed: 1,
          }).velocity,
          schedule: grid,
          x: noiseOf(1),
        }),
      { velocity },
    ),
    'simdSpace.clone': row(core.simdSpace({ capacity: 64 }).clone, { x: floats }),
    'simdSpace.allocate': row(core.simdSpace({ capacity: 64 }).allocate, { like: floats }),
    'float32Space.clone': row(core.float32Space.clone, { x: floats }),
    'float32Space.allocate': row(core.float32Space.allocate, { like: floats }),
  },
  {
    FastFlowError: 'is what errors are',
    invalidArgument: 'makes an error of anything',
    isRecord: 'answers for anything',
    isJsonInput: 'answers for anything',
    sameJson: 'answers for anything',
    brief: 'shows anything',
    reasonOf: 'shows anything',
    JsonField: 'is made by readers; what it throws is about the document it reads',
  },
)
