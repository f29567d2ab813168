import type { ImageModelV4CallOptions, ImageModelV4File, SharedV4Warning } from '@ai-sdk/provider'
import { invalidArgument } from '@fastflow/core'

export interface PixelSize {
  readonly width: number
  readonly height: number
}

/** What a call asks for that models here do not have: said, not ignored in silence. */
export function warningsOf({ aspectRatio, files }: ImageModelV4CallOptions): SharedV4Warning[] {
  const warnings: SharedV4Warning[] = []
  if (aspectRatio !== undefined)
    warnings.push({ type: 'unsupported', feature: 'aspectRatio', details: 'pass size, such as 1024x768' })
  if (files !== undefined && files.length > 1)
    warnings.push({
      type: 'unsupported',
      feature: 'files',
      details: 'models read one picture: the first is used',
    })
  return warnings
}

/** The picture of a call; undefined where there is none. @throws FastFlowError `invalid-argument` for a URL. */
export function pictureOf({ files, mask }: ImageModelV4CallOptions): Uint8Array | undefined {
  if (mask !== undefined) throw invalidArgument('mask', 'is not supported; leave it out')
  const [file] = files ?? []
  return file && bytesOf(file)
}

function bytesOf(file: ImageModelV4File): Uint8Array {
  if (file.type === 'url')
    throw invalidArgument('files', 'has a URL, which is not fetched here; pass the bytes of the picture')
  return typeof file.data === 'string' ? Uint8Array.from(Buffer.from(file.data, 'base64')) : file.data
}

export function sizeOf({ size }: ImageModelV4CallOptions): PixelSize | undefined {
  if (size === undefined) return undefined
  const [width, height] = size.split('x').map(Number)
  if (!(width! > 0 && height! > 0)) throw invalidArgument('size', `is ${size}, not WIDTHxHEIGHT in pixels`)
  return { width: width!, height: height! }
}

export function promptOf({ prompt }: ImageModelV4CallOptions): string {
  if (prompt === undefined || prompt.trim() === '')
    throw invalidArgument('prompt', 'is empty; say what to make')
  return prompt
}
