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
import { clipPixels } from '../state/pixels.ts'
import { guidedVelocity } from '../task/guided-velocity.ts'
import type { FlowOptions, RunSettings } from '../task/options.ts'
import type { Guidance, RunKey } from '../task/run.ts'
import type { Shape } from '../task/shape.ts'
import type { States } from '../task/states.ts'
import type { Condition, RunVelocity, TaskModel } from '../task/task-model.ts'
import { calibrationPrompts } from '../text/calibration-prompts.ts'
import { checkPrompt, checkText } from '../text/prompt.ts'
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
  /** A second network that takes over at low noise: from the first noise level on that `from` says yes to. */
  readonly second?: {
    readonly part: Part
    readonly from: (sigma: number) => boolean
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
  /** Planar pixels [frames, 3, height, width] in about [-1, 1] of a final state. */
  decode(x: Float32Array, shape: Shape, signal: AbortSignalLike | undefined): Promise<Float32Array>
}

/** A model of a velocity network in latent space. */
export async function latentModel(
  { folder, index, parts }: FamilySource,
  flow: LatentFlow,
): Promise<TaskModel> {
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
    condition: (subject, flowOptions) =>
      conditionOf(flow, encode, checkPrompt(subject, 'prompt'), flowOptions),
    async calibrationConditions(subjects) {
      const prompts = await calibrationPrompts(folder, subjects.prompts)
      const { images: _images, prompts: _prompts, ...settings } = subjects
      const conditions: Condition[] = []
      for (const [n, prompt] of prompts.entries()) {
        const image = subjects.images?.[n % subjects.images.length]
        conditions.push(await conditionOf(flow, encode, prompt, { ...settings, ...(image && { image }) }))
      }
      return conditions
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
    const all = (own: Feeds): Feeds => ({ ...own, ...feeds?.(run, shape, own) })
    const passes = networkPasses({
      at: (sigma) => (later && second.from(sigma) ? later : first),
      dims: run.dims,
      // Between grid points, where solvers of the user's evaluate, time is continuous.
      time: (sigma) => time(sigma, timesteps.get(sigma) ?? 1000 * sigma),
      sign,
      ...(second && {
        scaleAt: (sigma: number) => (second.from(sigma) ? second.scale(run) : run.guidanceScale),
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

async function conditionOf(
  flow: LatentFlow,
  encode: Encode,
  prompt: string,
  options: FlowOptions,
): Promise<Condition> {
  const shape = flow.shape(options)
  const baseline = flow.baseline(options, shape)
  const { guidanceScale } = flow.guidance(options, baseline)
  const negative = checkText(options.negativePrompt ?? '', 'negativePrompt')
  const guided = guidanceScale !== 1
  if (options.strength !== undefined && options.image === undefined)
    throw invalidArgument(
      'image',
      'is missing; strength says how much of it is made anew, pass it or leave strength out',
    )
  const texts = [{ text: prompt, negative: false }, ...(guided ? [{ text: negative, negative: true }] : [])]
  const [own, other] = await encode(texts, options)
  const picture = flow.picture === undefined ? {} : await flow.picture(options, shape)
  const add = (feeds: Feeds): Feeds => ({ ...feeds, ...picture.feeds })
  const notes = [...own!.notes, ...(other?.notes ?? [])]
  if (!guided && negative !== '')
    notes.push('negativePrompt: has no effect with guidance switched off; set guidanceScale above 1')
  return {
    caption: prompt,
    notes,
    feeds: add(own!.feeds),
    unconditional: other && add(other.feeds),
    ...(picture.clean && { clean: picture.clean }),
  }
}

const tokenizerFiles = ['tokenizer.json', 'vocab.json', 'merges.txt']

/** Of all that changes what is computed: class, networks, tokenizers. */
async function digestOf(
  folder: FamilySource['folder'],
  className: unknown,
  { transformer, second, others, tokenizers }: LatentFlow,
): Promise<string> {
  const parts = [transformer, ...(second ? [second.part] : []), ...others].map(({ digest }) => digest)
  const files: string[] = []
  for (const path of tokenizers.flatMap((name) => tokenizerFiles.map((file) => `${name}/${file}`)))
    if (await folder.has(path)) files.push(bytesToHex(sha256(await folder.read(path))))
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([className, ...parts, ...files]))))
}
