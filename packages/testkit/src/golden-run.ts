// Runs of the real pipelines of Diffusers that were recorded: what they were called with, and what they made.

export interface GoldenTensor {
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array | Uint8Array
}

/** Tensors of a run by their names; undefined where it had no such tensor. */
export type GoldenTensors = (name: string) => GoldenTensor | undefined

/** The tensors of a `.safetensors` file. */
export function goldenTensors(bytes: Uint8Array): GoldenTensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = 8 + Number(view.getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<
    string,
    { dtype: keyof typeof arrays; shape: number[]; data_offsets: [number, number] }
  >
  return (name) => {
    const entry = header[name]
    if (entry === undefined) return undefined
    const [begin, end] = entry.data_offsets
    const { buffer } = new Uint8Array(bytes.subarray(start + begin, start + end))
    return { dims: entry.shape, data: new arrays[entry.dtype](buffer) }
  }
}

const arrays = { I64: BigInt64Array, U8: Uint8Array, BOOL: Uint8Array, F32: Float32Array }

const optionNames: Readonly<Record<string, string>> = {
  num_inference_steps: 'numSteps',
  width: 'width',
  height: 'height',
  num_frames: 'numFrames',
  frame_rate: 'fps',
  guidance_scale: 'guidanceScale',
  guidance_scale_2: 'guidanceScale2',
  guidance_rescale: 'guidanceRescale',
  true_cfg_scale: 'trueGuidanceScale',
  cfg_normalization: 'guidanceNormalization',
  cfg_trunc_ratio: 'guidanceTruncation',
  cfg_truncation: 'guidanceTruncation',
  negative_prompt: 'negativePrompt',
  max_sequence_length: 'maxSequenceLength',
  complex_human_instruction: 'complexHumanInstruction',
  strength: 'strength',
  _auto_resize: 'autoResize',
}

/** What a recorded pipeline was called with as options of this project's `generate`, its noise as `latents` among them. */
export function goldenOptions(
  call: Readonly<Record<string, unknown>>,
  tensor: GoldenTensors,
): Record<string, unknown> {
  const image = tensor('call.image')
  const named = Object.entries(optionNames).flatMap(([theirs, ours]) =>
    theirs in call ? [[ours, call[theirs] ?? []]] : [],
  )
  return {
    latents: tensor('latents.0')!.data,
    ...Object.fromEntries(named),
    ...(image && { image: { width: image.dims[1], height: image.dims[0], data: image.data } }),
  }
}

/** Bytes of all pictures or frames that a run made, interleaved RGB. */
export function goldenPixels(tensor: GoldenTensors): ArrayLike<number> {
  const { data } = tensor('images')!
  return data instanceof Uint8Array
    ? data
    : Float32Array.from(data as Float32Array, (value) => Math.round(255 * value))
}

/** The largest difference as a share of the largest value of a recorded tensor; infinite where lengths differ. */
export function goldenDistance(ours: ArrayLike<number>, tensor: GoldenTensors, name: string): number {
  const theirs = tensor(name)!.data as Float32Array
  if (ours.length !== theirs.length) return Infinity
  let [worst, largest] = [0, 0]
  for (let k = 0; k < theirs.length; k++) {
    worst = Math.max(worst, Math.abs(ours[k]! - theirs[k]!))
    largest = Math.max(largest, Math.abs(theirs[k]!))
  }
  return worst / largest
}
