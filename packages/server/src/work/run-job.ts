import type { BlobStore } from '@fastflow/core'
import { clipNotes, encodePng } from '@fastflow/media'
import {
  type Accelerate,
  type DecisionRecord,
  type GeneratedImage,
  type GenerateResult,
  type Pipeline,
  planDigest,
  policyDigest,
} from '@fastflow/pipelines'
import { withoutFolders } from '../answers/without-folders.ts'
import type { ImageClaim, Job, JobImage, JobRequest, JobResult } from '../ports/job.ts'
import { usualSize } from '../request/size.ts'
import { encodeResult, metadataOf } from './encode.ts'
import { masked, pictureOf } from './pictures.ts'
import { previewer } from './previews.ts'
import type { Measure } from './served-model.ts'
import { imageStats } from './stats.ts'
import { createTeller } from './teller.ts'

/** What a run is given besides its job. */
export interface RunContext {
  readonly pipe: Pipeline
  readonly blobs: BlobStore
  readonly measure: Measure
  /** Seconds that results are kept. */
  readonly keepSeconds: number
  readonly signal: AbortSignal
  readonly onDecision?: (record: DecisionRecord) => unknown
}

export interface Ran {
  readonly result: JobResult
  readonly generated: GenerateResult
}

/** Makes what a job asks for, files included. @throws FastFlowError as `generate` does. */
export async function runJob({ job, progress, partial }: ImageClaim, context: RunContext): Promise<Ran> {
  const { pipe, blobs, signal, keepSeconds } = context
  const { request } = job
  const picture = await pictureOf(request, pipe, blobs)
  const { width, height } = usualSize(pipe)
  const size = { width: request.width ?? width, height: request.height ?? height }
  const preview = previewer(job, size, blobs, keepSeconds)
  const far = createTeller(progress)
  const files: Omit<JobImage, 'stats'>[] = []
  let decided = { image: -1, decisions: '' }
  const generated = await pipe.generate(request.prompt, {
    ...optionsOf(request),
    ...(picture && { image: picture }),
    accelerate: accelerateOf(request, context),
    signal,
    clock: () => performance.now(),
    onStep: async (step) => {
      const before = step.image === decided.image ? decided.decisions : ''
      decided = { image: step.image, decisions: before + step.decisions }
      const made = await preview(step)
      if (made) await partial(made)
      far.tell({ ...decided, step: step.index, steps: step.numSteps })
    },
    onImage: async (item) => {
      const shown =
        picture && request.mask !== undefined
          ? { ...item, image: await masked(item.image, picture, request.mask, blobs) }
          : item
      files.push(await store(job, shown, context))
    },
  })
  await far.told()
  const { items, plan, policy, notes } = generated
  const followed = items.some(({ stats }) => stats.nfe < stats.steps)
  const digest = plan ? planDigest(plan.key) : policy ? policyDigest(policy.key) : null
  const result: JobResult = {
    images: items.map((item, k) => ({ ...files[k]!, stats: imageStats(item) })),
    policy: followed ? digest : null,
    digest: pipe.digest,
    notes: [...notes, ...new Set(generated.clips.flatMap(clipNotes))].map(withoutFolders),
  }
  return { result, generated }
}

async function store(
  job: Job,
  item: GeneratedImage,
  { pipe, blobs, keepSeconds }: RunContext,
): Promise<Omit<JobImage, 'stats'>> {
  const { image, clip } = item
  const bytes = await encodeResult(job, item, metadataOf(job, pipe.digest, item))
  const blob = await blobs.put(bytes, job.request.format, keepSeconds)
  const size = { width: image.width, height: image.height }
  if (clip === undefined) return { blob, ...size }
  const thumbnail = await blobs.put(await encodePng(image), 'png', keepSeconds)
  return { blob, thumbnail, ...size, frames: clip.frames.length, fps: clip.fps }
}

function optionsOf(request: JobRequest): Parameters<Pipeline['generate']>[1] {
  const { n, seed, width, height, numSteps, guidanceScale, negativePrompt, numFrames, strength } = request
  return {
    count: n,
    seed,
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(numSteps !== undefined && { numSteps }),
    ...(guidanceScale !== undefined && { guidanceScale }),
    ...(negativePrompt !== undefined && { negativePrompt }),
    ...(numFrames !== undefined && { numFrames }),
    ...(strength !== undefined && { strength }),
  }
}

function accelerateOf({ accelerate }: JobRequest, { measure, onDecision }: RunContext): Accelerate {
  if (typeof accelerate === 'string' || !('target' in accelerate)) return accelerate
  return {
    ...accelerate,
    ...(accelerate.target.lpips !== undefined && measure.lpips && { proxy: measure.lpips }),
    ...(onDecision && { onDecision }),
  }
}
