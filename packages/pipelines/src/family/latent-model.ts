import {
  type AbortSignalLike,
  type Baseline,
  FastFlowError,
  type Feeds,
  invalidArgument,
  type ModelRunner,
  type RgbImage,
} from '@fastflow/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { checkImage, type ImageInput } from '../state/image-input.ts'
import { clipPixels } from '../state/pixels.ts'
import { guidedVelocity } from '../task/guided-velocity.ts'
import type { FlowOptions, RunSettings } from '../task/options.ts'
import type { Guidance, RunKey } from '../task/run.ts'
import type { Shape } from '../task/shape.ts'
import type { States } from '../task/states.ts'
import type { Condition, RunVelocity, TaskModel } from '../task/task-model.ts'
import { calibrationPrompts } from '../text/calibration-prompts.ts'
import { checkText } from '../text/prompt.ts'
import { checkSource } from './check-arguments.ts'
import { checkFlow } from './check-flow.ts'
import { createCache } from './encoded-cache.ts'
import type { Encode } from './encoding.ts'
import type { FamilySource } from './family.ts'
import { type Join, networkPasses } from './network-passes.ts'
import type { Part } from './parts.ts'
import { bindPorts, checkChannels, type Ports } from './ports.ts'

/** Latents are scaled to a variance of about 1; see the range of our own models. */
const LATENT_RANGE = 4

/** What a picture handed in becomes. */
export interface EncodedPicture {
  /** What the network is fed of it, by role, in every pass. */
  readonly feeds?: Feeds
  /** The state that the run begins at, noised (`strength`). */
  readonly clean?: Float32Array
}

/** A velocity network in latent space between text encoders and a decoder: what differs from family to family. */
export interface LatentFlow
  extends Pick<TaskModel, 'task' | 'defaults' | 'options' | 'fps'>,
    Partial<Pick<TaskModel, 'preview'>> {
  /** The velocity network, and what it is fed besides state and time. */
  readonly transformer: Part
  readonly roles: readonly string[]
  /** A second network that takes over at low noise: below a timestep of the scheduler's, at its own scale of guidance. */
  readonly second?: {
    readonly part: Part
    readonly boundary: number
    readonly scale: (run: RunKey) => number
  }
  /** Whatever else changes what is computed: text encoders, the encoder of pictures; and tokenizers by the folder's files. */
  readonly others: readonly Part[]
  readonly tokenizers: readonly string[]
  /** @throws FastFlowError `invalid-argument` for a size it cannot make. */
  shape(settings: RunSettings): Shape
  baseline(settings: RunSettings, shape: Shape): Baseline
  guidance(settings: RunSettings, baseline: Baseline): Guidance
  /** How both passes are joined where that is not linear; undefined for `v_0 + scale (v_c - v_0)`. */
  join?(run: RunKey): Join | undefined
  /**
   * Encodes prompts, negative ones among them. Cost: a pass of each text encoder a prompt.
   *
   * @throws FastFlowError `invalid-argument`, `aborted`.
   */
  readonly encode: Encode
  /** Encodes the picture handed in. Cost: a pass of the encoder. */
  picture?(options: FlowOptions, shape: Shape): Promise<EncodedPicture>
  /** What the network is fed that no prompt decides: positions, sizes, guidance as an input. */
  feeds?(run: RunKey, shape: Shape, condition: Feeds): Feeds
  /** What the network is fed as time. @param timestep what the scheduler calls time, 0 to 1000. */
  time(sigma: number, timestep: number): number
  /** -1 where the network's time runs the other way. */
  readonly sign?: 1 | -1
  /** Tokens of a state, for exports whose network is fed time once a token. */
  timeTokens?(shape: Shape): number
  /**
   * Refuses what would fail only after the run. Cost: at most loading a network, once.
   *
   * @throws FastFlowError `invalid-argument`, `aborted`.
   */
  check?(shape: Shape, signal: AbortSignalLike | undefined): Promise<void>
  /** Planar pixels [frames, 3, height, width] in about [-1, 1] of a final state. */
  decode(x: Float32Array, shape: Shape, signal: AbortSignalLike | undefined): Promise<Float32Array>
}

/** A model of a velocity network in latent space. @throws FastFlowError `invalid-argument`, and as loading its networks does. */
export async function latentModel(source: FamilySource, flow: LatentFlow): Promise<TaskModel> {
  checkSource(source)
  checkFlow(flow)
  const { folder, index, parts } = source
  const { task, defaults, options, fps, transformer, second } = flow
  const digest = await digestOf(folder, index.values._class_name, flow)
  const encode = createCache(flow.encode)
  const { dims } = openShape(folder, flow)
  const bind = portsOf(flow.roles, dims)
  const first = { part: transformer, ports: bind(transformer) }
  const later = second && { part: second.part, ports: bind(second.part) }
  if (await parts.ready())
    for (const { part, ports } of later ? [first, later] : [first])
      await part.use(async (runner) => void ports(runner))
  return {
    task,
    name: folder.location.split(/[\\/]/).filter(Boolean).at(-1) ?? folder.location,
    digest,
    labels: [],
    defaults,
    options,
    guided: true,
    range: LATENT_RANGE,
    fps,
    get executionProvider() {
      return parts.executionProvider()
    },
    resident: undefined,
    shape: flow.shape,
    baseline: flow.baseline,
    guidance: flow.guidance,
    async condition(subject, flowOptions) {
      const { image } = flowOptions
      const prompts = [checkText(subject, 'prompt')]
      const [condition] = await conditionsOf(flow, encode, prompts, image ? [image] : [], flowOptions)
      return condition!
    },
    async calibrationConditions(subjects) {
      const { images = [], prompts: given, ...settings } = subjects
      return conditionsOf(flow, encode, await calibrationPrompts(folder, given), images, settings)
    },
    velocity: (condition, run, states) => velocityOf(flow, condition, run, states),
    async decode(x, shape, signal) {
      return clipPixels(await flow.decode(x, shape, signal))
    },
    decodeResident: undefined,
    preview: flow.preview ?? ((): RgbImage | undefined => undefined),
    dispose: () => parts.dispose(),
  }

  function velocityOf<T>(
    { feeds, time, sign = 1, join }: LatentFlow,
    condition: Condition,
    run: RunKey,
    _: States<T>,
  ): RunVelocity<T> {
    const shape = flow.shape(run.settings)
    const timesteps = new Map(run.schedule.sigmas.map((sigma, k) => [sigma, run.timesteps[k]]))
    // Between grid points, where solvers of the user's evaluate, time is continuous.
    const timestepAt = (sigma: number): number => timesteps.get(sigma) ?? 1000 * sigma
    const isLate = (sigma: number): boolean => second !== undefined && timestepAt(sigma) < second.boundary
    const all = (own: Feeds): Feeds => ({ ...own, ...feeds?.(run, shape, own) })
    const passes = networkPasses({
      at: (sigma) => (later && isLate(sigma) ? later : first),
      dims: run.dims,
      time: (sigma) => time(sigma, timestepAt(sigma)),
      ...(flow.timeTokens && { timeTokens: flow.timeTokens(shape) }),
      sign,
      ...(second && {
        scaleAt: (sigma: number) => (isLate(sigma) ? second.scale(run) : run.guidanceScale),
      }),
      join: join?.(run),
    })
    const { guidanceScale, guidanceInterval } = run
    const velocity = guidedVelocity({
      runner: passes,
      condition: {
        feeds: all(condition.feeds),
        unconditional: condition.unconditional && all(condition.unconditional),
      },
      guidanceScale,
      guidanceInterval,
    })
    return { ...velocity, release: () => {} } as unknown as RunVelocity<T>
  }
}

/** The model's own shape, whose grid has to be one that is known. @throws FastFlowError `unsupported` and others naming the file. */
function openShape({ location }: FamilySource['folder'], flow: LatentFlow): Shape {
  const shape = flow.shape({})
  try {
    flow.baseline({}, shape)
    return shape
  } catch (cause) {
    if (!FastFlowError.isInstance(cause)) throw cause
    const { code, field } = cause
    const message = `${location}/scheduler/scheduler_config.json: ${cause.message}`
    throw new FastFlowError({
      code: code === 'unsupported' ? code : 'model-unreadable',
      field,
      message,
      cause,
    })
  }
}

/** Ports of a network, read once a network. @param dims of a state; sizes vary, channels do not. */
function portsOf(
  roles: readonly string[],
  dims: readonly number[],
): (part: Part) => (runner: ModelRunner) => Ports {
  return (part) => {
    let ports: Ports | undefined
    return (runner) => {
      if (ports !== undefined) return ports
      const bound = bindPorts(runner, part.path, roles)
      checkChannels(bound.input('hidden_states'), dims, part.path)
      ports = bound
      return bound
    }
  }
}

/** Conditions of prompts, with pictures in turn. All prompts are encoded before the first picture, since networks may come and go. */
async function conditionsOf(
  flow: LatentFlow,
  encode: Encode,
  prompts: readonly string[],
  images: readonly ImageInput[],
  options: FlowOptions,
): Promise<readonly Condition[]> {
  const shape = flow.shape(options)
  const { guidanceScale } = flow.guidance(options, flow.baseline(options, shape))
  const negative = checkText(options.negativePrompt ?? '', 'negativePrompt')
  const guided = guidanceScale !== 1
  if (options.strength !== undefined && images.length === 0)
    throw invalidArgument(
      'image',
      'is missing; strength says how much of it is made anew, pass it or leave strength out',
    )
  for (const image of images) checkImage(image, 'image')
  await flow.check?.(shape, options.signal)
  const texts = [
    ...prompts.map((text) => ({ text, negative: false })),
    ...(guided ? [{ text: negative, negative: true }] : []),
  ]
  const encoded = await encode(texts, options)
  const other = encoded[prompts.length]
  const unused =
    guided || negative === ''
      ? []
      : ['negativePrompt: has no effect with guidance switched off; set guidanceScale above 1']
  const conditions: Condition[] = []
  for (const [n, caption] of prompts.entries()) {
    const image = images[n % images.length]
    const picture = (await flow.picture?.({ ...options, ...(image && { image }) }, shape)) ?? {}
    const add = (feeds: Feeds): Feeds => ({ ...feeds, ...picture.feeds })
    conditions.push({
      caption,
      notes: [...encoded[n]!.notes, ...(other?.notes ?? []), ...unused],
      feeds: add(encoded[n]!.feeds),
      unconditional: other && add(other.feeds),
      ...(picture.clean && { clean: picture.clean }),
    })
  }
  return conditions
}

const tokenizerFiles = ['tokenizer.json', 'vocab.json', 'merges.txt']

/** Of all that changes what is computed: class, networks and where one takes over from the other, tokenizers. */
async function digestOf(
  folder: FamilySource['folder'],
  className: unknown,
  { transformer, second, others, tokenizers }: LatentFlow,
): Promise<string> {
  const parts = [transformer, ...(second ? [second.part] : []), ...others].map(({ digest }) => digest)
  const files: string[] = []
  for (const path of tokenizers.flatMap((name) => tokenizerFiles.map((file) => `${name}/${file}`)))
    if (await folder.has(path)) files.push(bytesToHex(sha256(await folder.read(path))))
  const boundary = second ? [second.boundary] : []
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([className, ...parts, ...files, ...boundary]))))
}
