export interface PixelSize {
  readonly width: number
  readonly height: number
}

const signature = '89504e470d0a1a0a'

/** Width and height out of a PNG's first chunk; undefined where the bytes are no PNG. */
export function pngSize(base64: string): PixelSize | undefined {
  const head = Buffer.from(base64.slice(0, 32), 'base64')
  if (head.length < 24 || head.toString('hex', 0, 8) !== signature) return undefined
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
}
