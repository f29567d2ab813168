import {
  FastFlowError,
  fillNormal,
  invalidArgument,
  type LoadOptions,
  type ModelFolder,
  type ModelRunner,
  type PolicyStore,
  type SampleResult,
  type SampleStatus,
  type Schedule,
  sample,
  scheduleFromConfig,
} from '@fastflow/core'
import { psnrOfError } from '@fastflow/proxies'
import { type ClassModelConfig, readClassModel } from './config/class-model.ts'
import type { Flow } from './flow.ts'
import type {
  GeneratedImage,
  GenerateOptions,
  GenerateResult,
  GenerationStats,
  PaperAcceleration,
} from './generate.ts'
import { guidedVelocity } from './guided-velocity.ts'
import { type LearnedPolicy, openLearnedPolicy, paperExtrapolator, type RunKey } from './learned-policy.ts'
import { clipPixels, toRgb } from './pixels.ts'
import type { PaperState } from './policy/paper.ts'

/** Grids this short leave nothing to skip: distilled few-step models are run as they are. */
const FEW_STEPS = 8

/** Images of named classes from a flow in pixel space. */
export interface ClassToImagePipeline {
  readonly task: 'class-to-image'
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
   * @throws FastFlowError `invalid-argument` naming the option, `non-finite-velocity`, `aborted`.
   */
  generate(label: string | number, options?: GenerateOptions): Promise<GenerateResult>
  /** One generation for samplers of the caller's: noise, velocity, schedule, decoder. */
  prepare(label: string | number, options?: Omit<GenerateOptions, 'count'>): Flow
  /** What a policy learned with these options would apply to. */
  policyKey(options?: Pick<GenerateOptions, 'numSteps' | 'guidanceScale'>): RunKey
  dispose(): Promise<void>
}

interface Parts {
  readonly config: ClassModelConfig
  readonly runner: ModelRunner
  readonly store: PolicyStore
}

/** Loads the network of a class-to-image folder. */
export async function loadClassToImage(
  folder: ModelFolder,
  index: Readonly<Record<string, unknown>>,
  store: PolicyStore,
  options: LoadOptions,
): Promise<ClassToImagePipeline> {
  const config = await readClassModel(folder, index)
  const runner = await folder.load(`${config.network}/model.onnx`, options)
  const parts = { config, runner, store }
  try {
    checkInterface(folder, parts)
  } catch (error) {
    await runner.dispose()
    throw error
  }
  return {
    task: 'class-to-image',
    model: config.name,
    digest: runner.digest,
    labels: config.labels,
    executionProvider: runner.executionProvider,
    defaults: { numSteps: config.numSteps, guidanceScale: config.guidanceScale },
    generate: (label, generateOptions = {}) => generate(parts, label, generateOptions),
    prepare: (label, flowOptions = {}) => prepare(parts, labelId(config, label), flowOptions),
    policyKey: (keyOptions = {}) => runKey(parts, keyOptions),
    dispose: () => runner.dispose(),
  }
}

function checkInterface(folder: ModelFolder, { config, runner }: Parts): void {
  const missing = [
    ...['sample', 'timestep', 'class_labels'].filter(
      (name) => !runner.inputs.some((input) => input.name === name),
    ),
    ...['velocity'].filter((name) => !runner.outputs.some((output) => output.name === name)),
  ]
  if (missing.length === 0) return
  const names = [...runner.inputs, ...runner.outputs].map(({ name }) => name).join(', ')
  throw new FastFlowError({
    code: 'model-mismatch',
    field: `${config.network}/model.onnx`,
    message: `${folder.location}/${config.network}/model.onnx: has no ${missing.join(', ')} (it has ${names}); export it with the inputs sample, timestep, class_labels and the output velocity`,
  })
}

async function generate(
  parts: Parts,
  label: string | number,
  options: GenerateOptions,
): Promise<GenerateResult> {
  const id = labelId(parts.config, label)
  const count = options.count ?? 1
  if (!(Number.isInteger(count) && count >= 1))
    throw invalidArgument('count', `${count} is not a whole number of at least 1`)
  const first = checkSeed(options.seed ?? 0)
  const { learned, notes } = await openAcceleration(parts, options)
  const items: GeneratedImage[] = []
  for (let index = 0; index < count; index++) {
    const seed = first + index
    const flow = prepare(parts, id, { ...options, seed })
    const result = await runFlow(flow, options, learned, index)
    if (learned) {
      learned.state = result.policyState as PaperState
      await learned.save()
    }
    const image = flow.toImage(await flow.pixels(result.x))
    const item = {
      image,
      index,
      seed,
      label: parts.config.labels[id]!,
      stats: statsOf(flow, result),
    }
    items.push(item)
    await options.onImage?.(item)
  }
  return { images: items.map(({ image }) => image), items, policy: learned?.document(), notes }
}

async function openAcceleration(
  parts: Parts,
  options: GenerateOptions,
): Promise<{ learned: LearnedPolicy | undefined; notes: string[] }> {
  const accelerate = options.accelerate ?? 'off'
  const paper: PaperAcceleration | undefined =
    accelerate === 'paper'
      ? { method: 'paper' }
      : accelerate !== 'off' && accelerate.method === 'paper'
        ? accelerate
        : undefined
  if (paper === undefined) return { learned: undefined, notes: [] }
  const numSteps = options.numSteps ?? parts.config.numSteps
  if (numSteps <= FEW_STEPS) {
    return { learned: undefined, notes: [`acceleration stays off: ${numSteps} steps leave nothing to skip`] }
  }
  return { learned: await openLearnedPolicy(paper, runKey(parts, options), parts.store), notes: [] }
}

async function runFlow(
  flow: Flow,
  options: GenerateOptions,
  learned: LearnedPolicy | undefined,
  image: number,
): Promise<SampleResult<Float32Array, unknown>> {
  const { accelerate, onStep } = options
  const custom =
    typeof accelerate === 'object' && accelerate.method === 'custom' ? accelerate.policy : undefined
  const result = await sample<Float32Array, unknown>({
    velocity: flow.velocity,
    schedule: flow.schedule,
    x: flow.noise,
    passesPerEvaluation: flow.passesPerEvaluation,
    ...(learned && { policy: learned.policy, extrapolator: paperExtrapolator }),
    ...(learned?.state && { policyState: learned.state }),
    ...(custom && { policy: custom }),
    ...(options.signal && { signal: options.signal }),
    ...(options.clock && { clock: options.clock }),
    ...(onStep && { onStep: (event) => onStep({ ...event, image }) }),
  })
  if (result.status.kind !== 'completed') throw flow.failure(result.status)
  return result
}

function failureOf({ kind, remedy }: Exclude<SampleStatus, { kind: 'completed' }>): FastFlowError {
  if (kind === 'non-finite')
    return new FastFlowError({ code: 'non-finite-velocity', field: 'velocity', message: remedy })
  return new FastFlowError({ code: 'aborted', field: 'signal', message: remedy })
}

function statsOf(flow: Flow, { stats }: SampleResult<Float32Array, unknown>): GenerationStats {
  const modelMs = flow.modelMs()
  const { estimatedMse } = stats
  return {
    ...stats,
    modelMs,
    // What the velocity function spends beyond the network (copies, messages) is ours too.
    overheadMs: stats.overheadMs + Math.max(0, stats.velocityMs - modelMs),
    estimatedPsnr: estimatedMse === undefined ? undefined : psnrOfError(estimatedMse, 2),
  }
}

function prepare(parts: Parts, label: number, options: Omit<GenerateOptions, 'count'>): Flow {
  const { config, runner } = parts
  const guidanceScale = checkGuidance(config, options.guidanceScale)
  const dims = [config.channels, config.size, config.size]
  const nullClass = config.nullClass ?? 0
  const metered = guidedVelocity({ runner, dims, label, nullClass, guidanceScale })
  return {
    ...metered,
    noise: fillNormal(new Float32Array(config.channels * config.size ** 2), checkSeed(options.seed ?? 0)),
    schedule: scheduleOf(config, options.numSteps),
    pixels: clipPixels,
    toImage: (pixels) => toRgb(pixels, config.size),
    failure: failureOf,
  }
}

function scheduleOf(config: ClassModelConfig, numSteps = config.numSteps): Schedule {
  return scheduleFromConfig(config.scheduler, numSteps)
}

function runKey(
  { config, runner }: Parts,
  options: Pick<GenerateOptions, 'numSteps' | 'guidanceScale'>,
): RunKey {
  return {
    model: runner.digest,
    sigmas: scheduleOf(config, options.numSteps).sigmas,
    guidanceScale: checkGuidance(config, options.guidanceScale),
    dims: [config.channels, config.size, config.size],
    dtype: 'float32',
  }
}

function labelId(config: ClassModelConfig, label: string | number): number {
  const id = typeof label === 'number' ? label : config.labels.indexOf(label)
  if (Number.isInteger(id) && id >= 0 && id < config.labels.length) return id
  throw invalidArgument(
    'class',
    `${JSON.stringify(label)} is unknown to ${config.name}; available: ${config.labels.join(', ')}`,
  )
}

function checkSeed(seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff) return seed
  throw invalidArgument('seed', `${seed} is not a whole number from 0 to 4294967295`)
}

function checkGuidance(config: ClassModelConfig, scale = config.guidanceScale): number {
  if (!(scale >= 0 && scale <= 100))
    throw invalidArgument('guidanceScale', `${scale} is not a number from 0 to 100`)
  if (scale !== 1 && config.nullClass === undefined) {
    throw invalidArgument('guidanceScale', `${config.name} has no unconditional class; only 1 is possible`)
  }
  return scale
}
