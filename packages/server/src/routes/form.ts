import { FastFlowError, invalidArgument } from '@fastflow/core'
import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { HttpError } from '../answers/http-error.ts'
import { onlyOne, type Pictures } from '../service/pictures.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Pictures of a form; undefined where the body is JSON. */
    pictures: Pictures | undefined
  }
}

/** Fields of forms that are no texts. */
const NUMBERS = new Set([
  'n',
  'seed',
  'output_compression',
  'partial_images',
  'num_inference_steps',
  'guidance_scale',
])
const FLAGS = new Set(['stream'])
const FILES = new Set(['image', 'image[]', 'mask', 'input_reference'])

/**
 * Reads a form into `body`, so that the same schema checks it as a JSON body, and its files into `pictures`.
 *
 * @throws FastFlowError `invalid-argument` naming the field.
 */
export async function readForm(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return
  try {
    await readParts(request)
  } catch (error) {
    // The parser's own errors have no status.
    if (FastFlowError.isInstance(error) || (error as { statusCode?: number }).statusCode) throw error
    throw new HttpError({
      status: 400,
      code: 'invalid_form',
      message: 'the form cannot be read: it is damaged, or ends too soon',
    })
  }
}

async function readParts(request: FastifyRequest): Promise<void> {
  const fields = new Map<string, unknown>()
  const images: Uint8Array[] = []
  let mask: Uint8Array | undefined
  for await (const part of request.parts()) {
    const name = part.fieldname
    if (part.type === 'file') {
      const bytes = await fileOf(part)
      if (name === 'mask') mask = bytes
      else images.push(bytes)
      fields.set(name, 'file')
    } else if (FILES.has(name)) {
      throw invalidArgument(name.replace('[]', ''), 'is a text; send the picture as a file, with a file name')
    } else if (fields.has(name)) {
      throw invalidArgument(name, 'is there more than once; send it once')
    } else {
      fields.set(name, fieldOf(name, String(part.value)))
    }
  }
  const image = onlyOne('image', images)
  request.pictures = { ...(image && { image }), ...(mask && { mask }) }
  request.body = nested(fields)
}

async function fileOf(part: MultipartFile): Promise<Uint8Array> {
  const { fieldname, file } = part
  if (FILES.has(fieldname)) return part.toBuffer()
  file.resume()
  throw invalidArgument(fieldname, 'is a file; pictures are sent as image and mask')
}

/** What is no number stays a text, which the schema refuses. */
function fieldOf(name: string, text: string): unknown {
  const leaf = name.replace(/^.*\[(\w+)\]$/, '$1')
  const isNumber = NUMBERS.has(name) || ['nfe', 'passes', 'psnr', 'lpips', 'confidence'].includes(leaf)
  if (isNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (FLAGS.has(name) && /^(true|false)$/.test(text)) return text === 'true'
  if (name !== 'fastflow') return text
  try {
    return JSON.parse(text)
  } catch {
    throw invalidArgument('fastflow', 'is not JSON')
  }
}

/** `fastflow[target][psnr]` is psnr of target of fastflow. */
function nested(fields: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const body: Record<string, unknown> = Object.create(null)
  for (const [name, value] of fields) {
    const path = FILES.has(name) ? [name] : name.split(/[[\]]+/).filter((part) => part !== '')
    if (path.length > 3 || path.some((part) => part.startsWith('__')))
      throw invalidArgument(name.slice(0, 100), 'is not a field here; leave it out')
    let at = body
    for (const part of path.slice(0, -1)) {
      const inner = Object.hasOwn(at, part) ? at[part] : Object.create(null)
      if (typeof inner !== 'object' || inner === null)
        throw invalidArgument(part, 'is there in two forms; send one')
      at[part] = inner
      at = inner as Record<string, unknown>
    }
    at[path.at(-1) ?? name] = value
  }
  return body
}
