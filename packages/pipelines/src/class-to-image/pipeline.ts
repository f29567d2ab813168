import type { Frontier, LoadOptions } from '@fastflow/core'
import type { Flow } from '../flow.ts'
import type { ConfigFile } from '../folder.ts'
import { openAcceleration } from '../generate/acceleration.ts'
import { generateImages } from '../generate/generate.ts'
import type { FlowOptions, GenerateOptions, PolicyKeyOptions } from '../generate/options.ts'
import type { GenerateResult } from '../generate/result.ts'
import { type CalibrationOptions, calibratePlan } from '../plan/calibrate.ts'
import { type PlanRunKey, planKeyOf } from '../plan/key.ts'
import type { PolicyKey } from '../policy/document.ts'
import { policyKeyOf } from '../policy/learned.ts'
import type { PolicyPlaces } from '../policy/places.ts'
import { checkCount, checkLabel, checkSeed } from './checks.ts'
import { readClassModel } from './config.ts'
import { checkInterface } from './interface.ts'
import { type ClassModel, calibrationSourceOf, prepareFlow, runKeyOf } from './prepare.ts'

/** Images of named classes from a flow in pixel space. */
export interface ClassToImagePipeline {
  readonly task: 'class-to-image'
  /** Name of the model's folder. */
  readonly model: string
  /** SHA-256 of the velocity network's file. */
  readonly digest: string
  /** Class names in the order of their ids. */
  readonly labels: readonly string[]
  /** What the network runs on, e.g. `onnxruntime-node/cpu`. */
  readonly executionProvider: string
  readonly defaults: { readonly numSteps: number; readonly guidanceScale: number }
  /**
   * Generates `count` images of a class, one after the other, so that a learning policy learns from each.
   *
   * Cost: `numSteps` evaluations an image at full compute; see `items[i].stats`.
   *
   * @throws FastFlowError `invalid-argument` naming the option, `non-finite-velocity`, `aborted`,
   *   `policy-unreadable` or `policy-mismatch`; and whatever `onStep` and `onImage` throw.
   */
  generate(label: string | number, options?: GenerateOptions): Promise<GenerateResult>
  /**
   * One generation for samplers of the caller's: noise, velocity, schedule, decoder. Cost: no evaluation.
   *
   * @throws FastFlowError `invalid-argument` naming the option.
   */
  prepare(label: string | number, options?: FlowOptions): Flow
  /**
   * Plans for all budgets at once which steps are evaluated, and stores the plans where `accelerate: 'plan'` finds them.
   *
   * Calibration runs have seeds from 2^31 on, far from seeds people type; the classes take turns with the seed. Cost: at most
   * `evaluations`, by default those of 20 full generations, everything counted. To go on after an interruption,
   * hand in the last checkpoint with the same options and the same model: it does not know which model it belongs to.
   *
   * @throws FastFlowError `invalid-argument` naming the option, `non-finite-velocity`, `aborted`, `output-unwritable`.
   */
  calibrate(options?: CalibrationOptions): Promise<Frontier>
  /**
   * What a plan has to be made for to apply with these options; `planDigest` of it is the name the plan is stored under.
   *
   * @throws FastFlowError `invalid-argument` naming the option.
   */
  planKey(options?: Omit<FlowOptions, 'seed'>): PlanRunKey
  /**
   * Key of the policy that `accelerate: 'paper'` learns and applies with these options.
   *
   * @throws FastFlowError `invalid-argument` naming the option.
   */
  policyKey(options?: PolicyKeyOptions): PolicyKey
  /** Frees the network; generations under way fail with `runner-disposed`. Calling it again does nothing. */
  dispose(): Promise<void>
}

/** Loads the network of a class-to-image folder. */
export async function loadClassToImage(
  places: PolicyPlaces,
  index: ConfigFile,
  options: LoadOptions,
): Promise<ClassToImagePipeline> {
  const { folder } = places
  const config = await readClassModel(folder, index)
  const runner = await folder.load(`${config.network}/model.onnx`, options)
  try {
    checkInterface(folder.location, config, runner)
  } catch (error) {
    await runner.dispose()
    throw error
  }
  const model: ClassModel = { config, runner }
  return {
    task: 'class-to-image',
    model: config.name,
    digest: runner.digest,
    labels: config.labels,
    executionProvider: runner.executionProvider,
    defaults: { numSteps: config.numSteps, guidanceScale: config.guidanceScale },
    generate: (label, generateOptions = {}) => generate(model, places, label, generateOptions),
    prepare: (label, flowOptions = {}) => prepareFlow(model, label, flowOptions),
    policyKey: (keyOptions = {}) => policyKeyOf(keyOptions, runKeyOf(model, keyOptions)),
    calibrate: async (planOptions = {}) =>
      calibratePlan(calibrationSourceOf(model, planOptions), planOptions, places.store),
    planKey: (keyOptions = {}) => planKeyOf(runKeyOf(model, keyOptions)),
    dispose: () => runner.dispose(),
  }
}

/** Every option is checked before the network is called for the first time. */
async function generate(
  model: ClassModel,
  places: PolicyPlaces,
  label: string | number,
  options: GenerateOptions,
): Promise<GenerateResult> {
  const id = checkLabel(model.config, label)
  const count = checkCount(options.count ?? 1)
  const firstSeed = checkSeed(options.seed ?? 0, count)
  const acceleration = await openAcceleration(options.accelerate, runKeyOf(model, options), places)
  return generateImages({
    label: model.config.labels[id] ?? String(id),
    count,
    firstSeed,
    acceleration,
    prepare: (seed) => prepareFlow(model, id, { ...options, seed }),
    options,
  })
}
