import { type Backend, float32Space, type Plan, type Replanned, simdSpace } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import type { Flow } from './flow.ts'
import { checkGenerate } from './generate/check-generate.ts'
import { generateImages } from './generate/generate.ts'
import { openAcceleration } from './generate/open-acceleration.ts'
import { type GenerateOptions, generateNames } from './generate/options.ts'
import type { GenerateResult } from './generate/result.ts'
import { calibratePlan } from './plan/calibrate.ts'
import { calibrationSourceOf } from './plan/calibration-source.ts'
import { type PlanRunKey, planKeyOf } from './plan/key.ts'
import { type CalibrationOptions, calibrationNames } from './plan/options.ts'
import { planRecorded } from './plan/recorded.ts'
import { type ReplanningOptions, replanFor, replanningNames } from './plan/replan.ts'
import type { PolicyKey } from './policy/document.ts'
import { policyKeyOf } from './policy/learned.ts'
import { type PolicyKeyOptions, policyKeyNames } from './policy/options.ts'
import type { PolicyPlaces } from './policy/places.ts'
import { conditionFeatures } from './target/features.ts'
import { measureQuality } from './target/measure-quality.ts'
import { measuredSourceOf } from './target/measured-source.ts'
import { type QualityOptions, qualityNames } from './target/options.ts'
import type { QualityTable } from './target/quality-table.ts'
import { checkCount, checkSeed, checkSubjects, checkTaskOptions, guidanceNotes } from './task/checks.ts'
import {
  type Defaults,
  type FlowOptions,
  flowNames,
  type RunSettings,
  runNames,
  type Task,
} from './task/options.ts'
import { checkLatents, prepareFlow } from './task/prepare.ts'
import { runKeyOf } from './task/run-key.ts'
import { sizeOf } from './task/shape.ts'
import { ordinaryStates, residentStates, type States } from './task/states.ts'
import type { Condition, TaskModel } from './task/task-model.ts'
import { calibrationPrompts } from './text/calibration-prompts.ts'

/** A loaded model. What the subject of a generation is, a class or a prompt, depends on the task. */
export interface Pipeline {
  readonly task: Task
  /** Name of the model's folder. */
  readonly model: string
  /** SHA-256 of what the velocities depend on: the network's file, and for text the encoder's and tokenizer's too. */
  readonly digest: string
  /** Class names in the order of their ids; none where the model reads prompts. */
  readonly labels: readonly string[]
  /** Pixels of the width of what it makes unless told otherwise, and for our own kinds of the height and of what it edits too. */
  readonly size: number
  /** What the network runs on, e.g. `onnxruntime-node/cpu`. */
  readonly executionProvider: string
  readonly defaults: Defaults
  /**
   * Generates `count` images or clips, one after the other, so that a learning policy learns from each.
   *
   * Cost: `numSteps` evaluations an image at full compute; see `items[i].stats`.
   *
   * @param subject a class by name or id, or a prompt; or several, each of which gets `count` images.
   * Where its signal is aborted after the last image, while a plan is made from it, the images are the result all the same, and
   * a note says that there is no plan. What is stored, logged or measured beside the images costs a note where it goes wrong,
   * never an image.
   *
   * @throws FastFlowError `invalid-argument` naming the option, `non-finite-velocity`, `aborted`,
   *   `policy-unreadable` or `policy-mismatch` for what is given or comes with the model; and whatever `onStep` and
   *   `onImage` throw.
   */
  generate(
    subject: string | number | readonly (string | number)[],
    options?: GenerateOptions,
  ): Promise<GenerateResult>
  /**
   * One generation for samplers of the caller's: noise, velocity, schedule, decoder. Cost: no evaluation; prompts and
   * pictures are encoded.
   *
   * @throws FastFlowError `invalid-argument` naming the option, `aborted`.
   */
  prepare(subject: string | number, options?: FlowOptions): Promise<Flow>
  /**
   * Plans for all budgets at once which steps are evaluated, and stores the plans where `accelerate: 'plan'` finds them.
   *
   * Calibration runs have seeds from 2^31 on, far from seeds people type; classes or prompts take turns with the seed.
   * Cost: at most `evaluations`, by default those of 20 full generations, everything counted. To go on after an interruption,
   * hand in the last checkpoint with the same options and the same model: it does not know which model it belongs to.
   *
   * @throws FastFlowError `invalid-argument` naming the option, `non-finite-velocity`, `aborted`, `output-unwritable` where the
   *   store says before the first evaluation that it cannot be written to; later that costs a note (`onNote`).
   */
  calibrate(options?: CalibrationOptions): Promise<Plan>
  /**
   * Plans again from a plan that was made for another model, precision, guidance, size or number of steps, and stores the
   * result: plans that still do well stay, others have their weights fitted anew or, with `upTo: 'search'`, are searched for (`replan` of `@fastflow/core`).
   *
   * Cost: for each of 2 runs a full generation and the evaluations of every plan; more where plans do worse, `evaluations` at most, by
   * default those of 20 full generations.
   *
   * @throws FastFlowError as {@link calibrate} does, and `policy-unreadable` for what is no plan.
   */
  replan(options: ReplanningOptions): Promise<Replanned>
  /**
   * Measures how far the images of every plan are from the full run's, on noises no calibration has seen, and stores the
   * result where `accelerate: { target }` finds it: targets are certified on these runs.
   *
   * Cost a run: the full run and the evaluations of every plan (95 with the usual budgets); `floorRuns` of them cost
   * nine tenths of a full run more. Stored after every run: an interrupted call goes on, one with more runs adds to it.
   *
   * @throws FastFlowError `invalid-argument` naming the option, `policy-unreadable` where there are no plans,
   *   `non-finite-velocity`, `aborted`. A table that cannot be stored is returned all the same (`onNote`).
   */
  measureQuality(options: QualityOptions): Promise<QualityTable>
  /**
   * What calibration runs show unless told otherwise: all classes, or the prompts in the model's `calibration_prompts.json`.
   *
   * @throws FastFlowError `invalid-argument` where a model brings no prompts, `model-unreadable`.
   */
  subjects(): Promise<readonly string[]>
  /**
   * What a plan has to be made for to apply with these options; `planDigest` of it is the name the plan is stored under.
   *
   * @throws FastFlowError `invalid-argument` naming the option.
   */
  planKey(options?: RunSettings): PlanRunKey
  /**
   * Key of the policy that `accelerate: 'paper'` learns and applies with these options.
   *
   * @throws FastFlowError `invalid-argument` naming the option.
   */
  policyKey(options?: PolicyKeyOptions): PolicyKey
  /** Frees the networks; generations under way fail with `runner-disposed`. Calling it again does nothing. */
  dispose(): Promise<void>
}

/** States that the fast memory of a pipeline has room for: those of one run, or two at a time. */
const STATES = 16

/** What fits in WebAssembly's memory; states beyond lie outside. */
const MOST_FLOATS = 2 ** 29

/** What all tasks have in common, around a loaded model. @param write what pictures are saved by. */
export function createPipeline(model: TaskModel, places: PolicyPlaces, write?: Backend['write']): Pipeline {
  const { resident } = model
  const onCard = resident && residentStates(resident)
  let inMemory: States | undefined
  const statesOf = (ordinary: boolean): States => {
    if (onCard !== undefined && !ordinary) return onCard
    const capacity = Math.min(MOST_FLOATS, STATES * sizeOf(model.shape({})))
    inMemory ??= ordinaryStates(simdSpace({ capacity }))
    return inMemory
  }
  return {
    task: model.task,
    model: model.name,
    digest: model.digest,
    labels: model.labels,
    size: model.shape({}).width,
    get executionProvider() {
      return model.executionProvider
    },
    defaults: model.defaults,
    generate: (subject, options = {}) => generate(model, { ...places, write }, statesOf, subject, options),
    prepare: (subject, options = {}) => prepare(model, subject, options),
    async calibrate(options = {}) {
      checkTaskOptions(model, options, calibrationNames)
      throwIfAborted(options.signal, 'calibration')
      if (options.recorded !== undefined)
        return planRecorded((settings) => runKeyOf(model, settings), options, places.store)
      return calibratePlan(await calibrationSourceOf(model, options), options, places.store)
    },
    async replan(options) {
      checkTaskOptions(model, options, replanningNames)
      throwIfAborted(options.signal, 'planning again')
      return replanFor(await calibrationSourceOf(model, options), options, places.store)
    },
    async measureQuality(options) {
      checkTaskOptions(model, options, qualityNames)
      throwIfAborted(options.signal, 'measuring quality')
      return measureQuality(await measuredSourceOf(model, options), options, places)
    },
    async subjects() {
      return model.task === 'class-to-image' ? model.labels : calibrationPrompts(places.folder, undefined)
    },
    planKey(options = {}) {
      checkTaskOptions(model, options, runNames)
      return planKeyOf(runKeyOf(model, options))
    },
    policyKey(options = {}) {
      checkTaskOptions(model, options, policyKeyNames)
      return policyKeyOf(options, runKeyOf(model, options))
    },
    dispose: () => model.dispose(),
  }
}

async function prepare(model: TaskModel, subject: string | number, options: FlowOptions): Promise<Flow> {
  checkTaskOptions(model, options, flowNames)
  checkSeed(options.seed)
  checkLatents(options.latents, runKeyOf(model, options))
  throwIfAborted(options.signal, 'preparing')
  return prepareFlow(model, await model.condition(subject, options), options, ordinaryStates(float32Space))
}

/** Every option is checked before the network is called for the first time. */
async function generate(
  model: TaskModel,
  { write, ...places }: PolicyPlaces & { readonly write: Backend['write'] },
  statesOf: (ordinary: boolean) => States,
  subject: string | number | readonly (string | number)[],
  options: GenerateOptions,
): Promise<GenerateResult> {
  checkTaskOptions(model, options, generateNames)
  checkGenerate(options)
  const count = checkCount(options.count)
  const subjects = checkSubjects(subject)
  const firstSeed = checkSeed(options.seed, count * subjects.length)
  const run = runKeyOf(model, options)
  checkLatents(options.latents, run)
  throwIfAborted(options.signal, 'generation')
  const acceleration = await openAcceleration(options.accelerate, run, places)
  // All are encoded before the velocity network is needed: text encoders may have to make way for it.
  const conditions: Condition[] = []
  for (const one of subjects) conditions.push(await model.condition(one, options))
  return generateImages({
    count,
    firstSeed,
    acceleration,
    turns: conditions.map((condition) => ({
      features: conditionFeatures(condition.feeds),
      prepare: (seed, ordinary) => prepareFlow(model, condition, { ...options, seed }, statesOf(ordinary)),
    })),
    notes: [...new Set([...guidanceNotes(model, run), ...conditions.flatMap(({ notes }) => notes)])],
    options,
    write,
  })
}
