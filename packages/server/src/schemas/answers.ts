import type { Schema } from './request-fields.ts'

const text: Schema = { type: 'string' }
const whole: Schema = { type: 'integer' }
const number: Schema = { type: 'number' }
const orNull = (type: string): Schema => ({ type: [type, 'null'] })

function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', additionalProperties: false, required, properties }
}

const list = (items: Schema): Schema => ({ type: 'array', items })

const errorAnswer: Schema = {
  $id: 'Error',
  ...object({
    error: object({ message: text, type: text, param: orNull('string'), code: orNull('string') }),
  }),
}

const imageStats: Schema = {
  $id: 'ImageStats',
  description: 'What one image cost: evaluated k of n steps.',
  ...object({
    seed: whole,
    evaluated: whole,
    steps: whole,
    passes: whole,
    decisions: text,
    shadow_evaluations: whole,
    model_ms: number,
    overhead_ms: number,
    estimated_psnr: orNull('number'),
    estimate_basis: orNull('string'),
    quality: { type: ['object', 'null'], additionalProperties: true },
  }),
}

const stats: Schema = {
  $id: 'Stats',
  description:
    'What was done: by which plan or policy (null: every step was evaluated), and what each image cost.',
  ...object({
    job: text,
    policy: orNull('string'),
    digest: text,
    notes: list(text),
    images: list({ $ref: 'ImageStats#' }),
  }),
}

const usage: Schema = {
  $id: 'Usage',
  description: 'A token is a network pass.',
  ...object({
    input_tokens: whole,
    input_tokens_details: object({ image_tokens: whole, text_tokens: whole }),
    output_tokens: whole,
    total_tokens: whole,
  }),
}

const imagesAnswer: Schema = {
  $id: 'Images',
  ...object({
    created: whole,
    data: list(object({ b64_json: text, url: text }, ['b64_json', 'url'])),
    background: text,
    output_format: text,
    quality: text,
    size: text,
    usage: { $ref: 'Usage#' },
    fastflow: { $ref: 'Stats#' },
  }),
}

const modelAnswer: Schema = {
  $id: 'Model',
  ...object({
    id: text,
    object: { const: 'model' },
    created: whole,
    owned_by: text,
    task: text,
    digest: text,
    size: text,
    steps: whole,
  }),
}

const modelsAnswer: Schema = {
  $id: 'Models',
  ...object({ object: { const: 'list' }, data: list({ $ref: 'Model#' }) }),
}

const jobError: Schema = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: { code: text, param: orNull('string'), message: text },
}

const jobAnswer: Schema = {
  $id: 'Job',
  ...object({
    id: text,
    object: { const: 'job' },
    endpoint: text,
    model: text,
    status: { type: 'string', enum: ['queued', 'running', 'completed', 'failed', 'cancelled'] },
    created_at: whole,
    started_at: orNull('integer'),
    finished_at: orNull('integer'),
    poll_url: text,
    events_url: text,
    queue_position: orNull('integer'),
    progress: number,
    decisions: text,
    result: { anyOf: [{ $ref: 'Images#' }, { $ref: 'Video#' }, { type: 'null' }] },
    error: jobError,
  }),
}

const videoAnswer: Schema = {
  $id: 'Video',
  ...object({
    id: text,
    object: { const: 'video' },
    model: text,
    status: { type: 'string', enum: ['queued', 'in_progress', 'completed', 'failed'] },
    progress: whole,
    created_at: whole,
    completed_at: orNull('integer'),
    expires_at: orNull('integer'),
    prompt: orNull('string'),
    remixed_from_video_id: orNull('string'),
    seconds: text,
    size: text,
    error: {
      type: ['object', 'null'],
      additionalProperties: false,
      properties: { code: text, message: text },
    },
    usage: { anyOf: [{ $ref: 'Usage#' }, { type: 'null' }] },
    fastflow: { anyOf: [{ $ref: 'Stats#' }, { type: 'null' }] },
  }),
}

const videosAnswer: Schema = {
  $id: 'Videos',
  ...object({
    object: { const: 'list' },
    data: list({ $ref: 'Video#' }),
    first_id: orNull('string'),
    last_id: orNull('string'),
    has_more: { type: 'boolean' },
  }),
}

const deletedAnswer: Schema = {
  $id: 'DeletedVideo',
  ...object({ id: text, object: { const: 'video.deleted' }, deleted: { type: 'boolean' } }),
}

const health: Schema = {
  $id: 'Health',
  ...object({ status: text, models: list(text), problems: list(text) }, ['models', 'problems']),
}

/** All of them, to be found by their `$id`. */
export const answers: readonly Schema[] = [
  errorAnswer,
  imageStats,
  stats,
  usage,
  imagesAnswer,
  modelAnswer,
  modelsAnswer,
  videoAnswer,
  videosAnswer,
  jobAnswer,
  deletedAnswer,
  health,
]

/** An answer that is no JSON. */
export function bytesOf(description: string, types: readonly string[]): Schema {
  const schema = { type: 'string', format: 'binary' }
  return { description, content: Object.fromEntries(types.map((type) => [type, { schema }])) }
}

/** Server-sent events: what each is called, and its JSON. */
export const events: Schema = {
  'text/event-stream': { schema: object({ event: text, data: text }) },
}

/** The files of results. */
export const files: readonly string[] = ['image/png', 'image/apng', 'image/jpeg', 'image/webp']

/** What every route may answer besides. */
export function withErrors(success: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  return { '4xx': { $ref: 'Error#' }, '5xx': { $ref: 'Error#' }, ...success }
}
