/** A JSON schema, as far as this package writes one. */
export type Schema = Readonly<Record<string, unknown>>

/** A field that may be null, which is "not given" in the official clients. */
function nullable(type: string, rest: Schema): Schema {
  const { enum: words, ...others } = rest
  const values = Array.isArray(words) ? { enum: [...words, null] } : {}
  return { type: [type, 'null'], ...others, ...values }
}

const text = (maxLength: number, description: string): Schema =>
  nullable('string', { maxLength, description })
const whole = (minimum: number, maximum: number, description: string): Schema =>
  nullable('integer', { minimum, maximum, description })
const number = (minimum: number, maximum: number, description: string): Schema =>
  nullable('number', { minimum, maximum, description })
const word = (words: readonly string[], description: string): Schema =>
  nullable('string', { enum: words, description })

const prompt: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 10_000,
  description: 'What to make: a prompt, or a class for models of classes.',
}

const share = { exclusiveMinimum: 0, exclusiveMaximum: 1 }

const target: Schema = {
  type: ['object', 'null'],
  additionalProperties: false,
  description: 'How far an image may be from its own full run: lpips (at most) or psnr (dB, at least).',
  properties: {
    psnr: nullable('number', { exclusiveMinimum: 0, maximum: 120 }),
    lpips: nullable('number', share),
    confidence: nullable('number', { ...share, description: 'Share of images that have to reach it.' }),
  },
}

const fastflow: Schema = {
  type: ['object', 'null'],
  additionalProperties: false,
  description:
    'How much to evaluate. One of nfe, passes and target; without them what the server does usually.',
  properties: {
    accelerate: word(['off', 'auto', 'plan', 'paper'], 'Which steps are evaluated.'),
    nfe: whole(1, 10_000, 'Evaluations of the network an image.'),
    passes: whole(1, 20_000, 'Network passes an image.'),
    target,
  },
}

/** What all requests have besides the prompt, in the order in which people read them. */
const common: Readonly<Record<string, Schema>> = {
  model: text(200, 'A model of this server; the first one where it is missing.'),
  size: nullable('string', {
    pattern: '^(auto|[1-9][0-9]{0,4}x[1-9][0-9]{0,4})$',
    description: 'Pixels, e.g. 1024x768, or auto.',
  }),
  user: text(200, 'Your own user, of whom a digest goes to the log.'),
  seed: whole(
    0,
    0xffffffff,
    'Image i is made of seed + i. Drawn where it is missing, and told in the answer.',
  ),
  negative_prompt: text(10_000, 'What to lead away from.'),
  num_inference_steps: whole(1, 10_000, 'Steps of the full grid.'),
  guidance_scale: number(0, 100, '1 switches guidance off.'),
  fastflow,
}

/** Of requests for images. */
const imageFields: Readonly<Record<string, Schema>> = {
  ...common,
  n: whole(1, 1000, 'Images.'),
  quality: word(
    ['auto', 'low', 'medium', 'high', 'standard', 'hd'],
    'How much is evaluated: low 8 evaluations, medium and standard 12, high and hd every step.',
  ),
  background: word(['auto', 'opaque', 'transparent'], 'Pictures are opaque; transparent is refused.'),
  output_format: word(['png', 'jpeg', 'webp'], 'png where it is missing.'),
  output_compression: whole(0, 100, 'Quality of jpeg and webp; 100 where it is missing.'),
  response_format: word(['b64_json', 'url'], 'b64_json where it is missing.'),
  stream: nullable('boolean', { description: 'Events instead of one answer.' }),
  partial_images: whole(0, 3, 'Previews an image, with stream.'),
  moderation: word(['auto', 'low'], 'For servers that moderate; refused by others.'),
  style: word(['vivid', 'natural'], 'Refused: say it in the prompt.'),
}

/** Of requests for videos. */
const videoFields: Readonly<Record<string, Schema>> = {
  ...common,
  seconds: {
    type: ['string', 'number', 'null'],
    maxLength: 20,
    description: 'Length of the clip; the model’s own where it is missing.',
  },
  quality: imageFields.quality!,
  output_format: word(['webp', 'apng'], 'Animated WebP, or animated PNG. webp where it is missing.'),
  moderation: imageFields.moderation!,
}

/** A picture in a JSON body: base64, as it is or as a data URL. */
const picture: Schema = {
  type: 'string',
  minLength: 1,
  description: 'base64 of a PNG, JPEG or WebP file, or a data URL of it.',
}

/** The same in an object. */
const pictureObject: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['image_url'],
  properties: { image_url: picture },
}

/** Of requests that edit. */
const editFields: Readonly<Record<string, Schema>> = {
  ...imageFields,
  input_fidelity: word(['high', 'low'], 'How close to stay to the picture, for models that begin at it.'),
}

const file: Schema = { type: 'string', format: 'binary', description: 'A PNG, JPEG or WebP file.' }

export const generationBody: Schema = bodyOf(imageFields, ['prompt'])

/** One of image and images is given; which of them is found when it is read. */
export const editBody: Schema = bodyOf(
  {
    ...editFields,
    image: { ...picture, type: ['string', 'array', 'null'], items: picture, maxItems: 16 },
    images: nullable('array', { items: pictureObject, maxItems: 16, description: 'The picture to edit.' }),
    mask: {
      type: ['string', 'object', 'null'],
      additionalProperties: false,
      required: ['image_url'],
      properties: { image_url: picture },
      minLength: 1,
      description: 'A picture with transparency: where it is transparent, the result is new.',
    },
  },
  ['prompt'],
)

export const editForm: Schema = bodyOf({ ...editFields, image: file, 'image[]': file, mask: file }, [
  'prompt',
])

export const videoBody: Schema = bodyOf(videoFields, ['prompt'])

function bodyOf(fields: Readonly<Record<string, Schema>>, required: readonly string[]): Schema {
  return { type: 'object', additionalProperties: false, required, properties: { prompt, ...fields } }
}
