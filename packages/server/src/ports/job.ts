import type { Claim, JobRecord, Queue, QueueJob } from '@fastflow/core'
import type { Accelerate } from '@fastflow/pipelines'

/** What a job makes. */
export type JobKind = 'generation' | 'edit' | 'video'

/** File formats of results. */
export type OutputFormat = 'png' | 'jpeg' | 'webp' | 'apng'

/** A request that has been checked: plain JSON, complete, the same result wherever and however often it is run. */
export interface JobRequest {
  /** What to make: a prompt, or a class for models of classes. */
  readonly prompt: string
  /** Number of images, 1 or more; image i is made of `seed + i`. */
  readonly n: number
  readonly seed: number
  /** Pixels, both or neither. */
  readonly width?: number
  readonly height?: number
  readonly negativePrompt?: string
  readonly numSteps?: number
  readonly guidanceScale?: number
  readonly numFrames?: number
  readonly strength?: number
  readonly accelerate: PlainAcceleration
  readonly format: OutputFormat
  /** 0 to 100, of formats that compress with loss; 100 without it. */
  readonly compression?: number
  /** Previews an image, 0 to 3. */
  readonly partialImages: number
  /** Keys of blobs: the picture to edit, and where it may change. */
  readonly image?: string
  readonly mask?: string
}

/** {@link Accelerate} as far as it is data. */
export type PlainAcceleration =
  | Extract<Accelerate, string>
  | { readonly method: 'auto' | 'plan'; readonly nfe?: number; readonly passes?: number }
  | { readonly target: { readonly lpips?: number; readonly psnr?: number; readonly confidence?: number } }

/** What is handed to a queue. */
export interface Job extends QueueJob {
  readonly kind: JobKind
  /** Whose it is: the id of an API key. */
  readonly owner: string
  readonly request: JobRequest
  /** Digest of what was asked for, by which a repetition is told from another request of the same id. */
  readonly fingerprint: string
  /** Seconds it may run. */
  readonly timeoutSeconds: number
  /** How the answer is to look. */
  readonly reply: JobReply
  /** Headers that name the span of the request, where it is traced. */
  readonly trace?: Readonly<Record<string, string>>
}

export interface JobReply {
  readonly responseFormat: 'b64_json' | 'url'
  /** As it was asked for. */
  readonly quality: string
}

/** What one image or clip cost, and how good it is known to be; the names of the wire. */
export interface ImageStats {
  readonly seed: number
  /** Evaluations of the network, and those of the full run. */
  readonly evaluated: number
  readonly steps: number
  /** Network passes: two an evaluation with guidance, or one. */
  readonly passes: number
  /** One letter a step: C evaluated, G evaluated without the unconditional pass, S skipped. */
  readonly decisions: string
  /** Evaluations made after delivery to measure the quality. */
  readonly shadow_evaluations: number
  readonly model_ms: number
  readonly overhead_ms: number
  /** dB to the full run of the same seed, on average; null where nothing was measured. */
  readonly estimated_psnr: number | null
  readonly estimate_basis: string | null
  /** What is known where a quality was asked for. */
  readonly quality: Readonly<Record<string, unknown>> | null
}

/** One image or clip that was made. */
export interface JobImage {
  /** Key of the file's blob. */
  readonly blob: string
  /** Of a clip: key of its first frame as PNG. */
  readonly thumbnail?: string
  readonly width: number
  readonly height: number
  /** Of a clip. */
  readonly frames?: number
  readonly fps?: number
  readonly stats: ImageStats
}

export interface JobResult {
  readonly images: readonly JobImage[]
  /** Digest of the plan or policy that was followed; null where every step was evaluated. */
  readonly policy: string | null
  /** SHA-256 of the model. */
  readonly digest: string
  /** Remarks for the user. */
  readonly notes: readonly string[]
}

/** The ports of @fastflow/core, with what is queued here. */
export type ImageQueue = Queue<Job, JobResult>
export type ImageRecord = JobRecord<Job, JobResult>
export type ImageClaim = Claim<Job, JobResult>
