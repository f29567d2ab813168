import { createHash } from 'node:crypto'
import { invalidArgument } from '@fastflow/core'
import { decodeImage } from '@fastflow/media'

/** Pictures of a request, as files. */
export interface Pictures {
  readonly image?: Uint8Array
  readonly mask?: Uint8Array
}

/** Pictures of a JSON body: base64, or a data URL; nothing is fetched. */
export function picturesOf(body: Readonly<Record<string, unknown>>): Pictures {
  const { image, images, mask } = body
  if (image !== undefined && images !== undefined)
    throw invalidArgument('images', 'excludes image; give one of them')
  const all = [image ?? images ?? []].flat()
  const one = onlyOne(image === undefined ? 'images' : 'image', all)
  return {
    ...(one !== undefined && { image: bytesOf(one, 'image') }),
    ...(mask !== undefined && { mask: bytesOf(mask, 'mask') }),
  }
}

/** @throws FastFlowError `invalid-argument` for more than one. */
export function onlyOne<Value>(field: string, all: readonly Value[]): Value | undefined {
  if (all.length <= 1) return all[0]
  throw invalidArgument(field, `has ${all.length} pictures; models here take one`)
}

function bytesOf(value: unknown, field: string): Uint8Array {
  const text = typeof value === 'string' ? value : (value as { readonly image_url: string }).image_url
  if (/^https?:/i.test(text))
    throw invalidArgument(field, 'is an address, and nothing is fetched; send the picture itself as base64')
  const encoded = text.replace(/^data:[\w/+.-]*;base64,/, '')
  if (!/^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(encoded))
    throw invalidArgument(field, 'is not base64; send a PNG, JPEG or WebP file as base64')
  return Buffer.from(encoded, 'base64')
}

/** Refuses what is no picture while the client is there to hear it. */
export async function checkPictures({ image, mask }: Pictures): Promise<void> {
  const size = async (bytes: Uint8Array | undefined, field: string) =>
    bytes && (await decodeImage(bytes, { name: 'the picture', field }))
  const picture = await size(image, 'image')
  const over = await size(mask, 'mask')
  if (!picture || !over || (picture.width === over.width && picture.height === over.height)) return
  throw invalidArgument(
    'mask',
    `is ${over.width} x ${over.height}, the picture ${picture.width} x ${picture.height}; make them equal`,
  )
}

export function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex')
}
