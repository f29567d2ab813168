import { FastFlowError, type Feeds, type ModelRunner, type Tensor, type TensorInfo } from '@fastflow/core'
import { castTensor, shapeText } from '@fastflow/core/backend'
import { isFree } from '../state/sizes.ts'

/** What inputs of a velocity network are for, and the names that exporters give them; the first is Diffusers' own. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  hidden_states: ['hidden_states', 'sample', 'latent', 'latents', 'latent_model_input', 'x', 'img'],
  timestep: ['timestep', 'timesteps', 't'],
  encoder_hidden_states: ['encoder_hidden_states', 'prompt_embeds', 'context', 'cap_feats', 'txt'],
  encoder_attention_mask: [
    'encoder_attention_mask',
    'encoder_hidden_states_mask',
    'prompt_embeds_mask',
    'prompt_attention_mask',
    'attention_mask',
    'cap_mask',
  ],
  pooled_projections: ['pooled_projections', 'pooled_prompt_embeds', 'vec', 'y'],
  guidance: ['guidance', 'guidance_scale'],
  txt_ids: ['txt_ids', 'text_ids'],
  img_ids: ['img_ids', 'latent_image_ids', 'image_ids'],
}

/** Names of a velocity network's output, in the order in which they are looked for. */
const outputs = [
  'out_hidden_states',
  'velocity',
  'out_sample',
  'sample',
  'latent',
  'unified_results',
  'output',
]

/** What a network takes and gives, by what it is for. */
export interface Ports {
  /** The tensors that the network has inputs for, under its own names, of the types and ranks it declares. */
  feeds(roles: Feeds): Feeds
  /** The input of a role. */
  input(role: string): TensorInfo
  readonly output: TensorInfo
}

/**
 * Ports of a velocity network.
 *
 * @param roles that the family feeds; `hidden_states` and `timestep` come of themselves.
 * @throws FastFlowError `model-mismatch` naming an input that nothing feeds, one that is missing, or the outputs where none is
 *   known.
 */
export function bindPorts(
  { inputs, outputs: made }: ModelRunner,
  path: string,
  roles: readonly string[],
): Ports {
  const fed = ['hidden_states', 'timestep', ...roles]
  const byRole = new Map<string, TensorInfo>()
  for (const input of inputs) {
    const role =
      fed.find((one) => one === input.name) ?? fed.find((one) => aliases[one]?.includes(input.name))
    if (role === undefined || byRole.has(role)) {
      const why = `has the input ${portText(input)}, which nothing feeds`
      throw mismatch(
        path,
        `${why}; by its config.json this family feeds ${fed.join(', ')}. Correct that file, or export the network without`,
      )
    }
    byRole.set(role, input)
  }
  for (const role of ['hidden_states', 'timestep'])
    if (!byRole.has(role)) {
      const known = aliases[role]!.join(', ')
      throw mismatch(
        path,
        `has no input ${role} (nor under another name of ${known}); it has ${inputs.map(portText).join(', ')}`,
      )
    }
  const output =
    outputs.map((name) => made.find((one) => one.name === name)).find(Boolean) ??
    (made.length === 1 ? made[0] : undefined)
  if (output === undefined)
    throw mismatch(
      path,
      `has none of the outputs ${outputs.join(', ')}; it has ${made.map(portText).join(', ')}`,
    )
  return {
    output,
    input: (role) => byRole.get(role)!,
    feeds: (tensors) =>
      Object.fromEntries(
        [...byRole].flatMap(([role, input]) => {
          const tensor = tensors[role]
          if (tensor === undefined) return []
          const fed = fitted(tensor, input)
          checkFed(fed, input, path)
          return [[input.name, fed] as const]
        }),
      ),
  }
}

/**
 * Refuses a network of other states: planes where the family has tokens, or other channels.
 *
 * @param dims of a state: tokens have their numbers last, planes their channels first.
 * @throws FastFlowError `model-mismatch`.
 */
export function checkChannels(input: TensorInfo, dims: readonly number[], path: string): void {
  if (input.dims.length === 0) return
  // Axes that are declared to be of length one, such as that of frames of an image, come and go.
  if ([input.dims, input.dims.filter((size) => size !== 1)].some((declared) => fitsChannels(declared, dims)))
    return
  const wanted = dims.length === 2 ? `tokens of ${dims[1]} numbers` : `${dims[0]} channels in planes`
  throw mismatch(
    path,
    `takes ${portText(input)} where this family's states are ${wanted}; put back the network that belongs to config.json and model_index.json`,
  )
}

/**
 * Refuses what does not fit, before it is run: parts of different models, or a size that was not exported.
 *
 * @throws FastFlowError `model-mismatch` naming the input.
 */
export function checkFed({ dims }: Tensor, input: TensorInfo, path: string): void {
  const fits =
    dims.length === input.dims.length && input.dims.every((size, axis) => isFree(size) || size === dims[axis])
  if (fits || input.dims.length === 0) return
  throw mismatch(
    path,
    `takes ${portText(input)} and would be fed ${shapeText(dims)}; its text encoders, autoencoder and config.json have to be those of the same model, and the size and length one that it was exported for`,
  )
}

/** A tensor as an input declares it: of its type, with or without the axis of a batch of one. */
export function fitted(tensor: Tensor, { type, dims }: TensorInfo): Tensor {
  const cast = castTensor(tensor, type)
  return { ...cast, dims: ranked(cast.dims, dims) }
}

function fitsChannels(declared: TensorInfo['dims'], dims: readonly number[]): boolean {
  const { length } = declared
  const [axis, wanted] = dims.length === 2 ? [length - 1, dims[1]!] : [length - dims.length, dims[0]!]
  const found = declared[axis]
  const isRank = length === dims.length || length === dims.length + 1
  return isRank && (found === undefined || isFree(found) || found === wanted)
}

/** The same shape with axes of length one added or taken away: in front, or where an input declares them. */
export function ranked(dims: readonly number[], declared: TensorInfo['dims']): readonly number[] {
  const inFront = rankedInFront(dims, declared.length)
  if (agrees(inFront, declared)) return inFront
  const sizes = dims.filter((size) => size !== 1)
  return placed(sizes, declared) ?? inFront
}

/** Sizes in their order on axes that may have them, with ones between; undefined where they do not fit. */
function placed(sizes: readonly number[], declared: TensorInfo['dims']): readonly number[] | undefined {
  const [axis, ...others] = declared
  if (axis === undefined) return sizes.length === 0 ? [] : undefined
  const [size, ...rest] = sizes
  for (const [own, left] of [
    [1, sizes],
    [size, rest],
  ] as const) {
    const behind = own !== undefined && (isFree(axis) || axis === own) ? placed(left, others) : undefined
    if (behind) return [own!, ...behind]
  }
  return undefined
}

function rankedInFront(dims: readonly number[], rank: number): readonly number[] {
  if (dims.length < rank) return [...new Array<number>(rank - dims.length).fill(1), ...dims]
  const extra = dims.length - rank
  return dims.slice(0, extra).every((size) => size === 1) ? dims.slice(extra) : dims
}

function agrees(dims: readonly number[], declared: TensorInfo['dims']): boolean {
  return (
    dims.length === declared.length &&
    dims.every((size, axis) => isFree(declared[axis]) || size === declared[axis])
  )
}

function portText({ name, type, dims }: TensorInfo): string {
  return `${name} (${type} ${shapeText(dims)})`
}

function mismatch(path: string, problem: string): FastFlowError {
  return new FastFlowError({ code: 'model-mismatch', field: path, message: `${path} ${problem}` })
}
