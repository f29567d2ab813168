import { FastFlowError, type RgbImage } from '@fastflow/core'

/** What hosts compress with, declared since this package is compiled without any host's types. */
interface Compression {
  readonly writable: {
    getWriter(): { write(bytes: Uint8Array): Promise<void>; close(): Promise<void> }
  }
  readonly readable: {
    getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }> }
  }
}
declare const CompressionStream: (new (format: 'deflate') => Compression) | undefined

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Eight bits a channel, RGB, the one way each of compressing, filtering and no interlacing. */
const format = [8, 2, 0, 0, 0]

/** Of the filters of PNG the one that suits pictures best. */
const paeth = 4

/**
 * A PNG file of a picture, without loss, by what the host compresses with: Node 18 and browsers have it.
 *
 * @throws FastFlowError `unsupported` on a host that has no `CompressionStream`.
 */
export async function encodePng(image: RgbImage): Promise<Uint8Array> {
  const { width, height } = image
  const header = new Uint8Array([...wholeOf(width), ...wholeOf(height), ...format])
  const pixels = await deflate(filtered(image))
  const parts = [
    Uint8Array.from(signature),
    chunkOf('IHDR', header),
    chunkOf('IDAT', pixels),
    chunkOf('IEND', new Uint8Array(0)),
  ]
  return joined(parts)
}

/** Each byte less what its neighbours to the left and above let expect; a row begins with the number of that filter. */
function filtered({ width, height, data }: RgbImage): Uint8Array {
  const row = 3 * width
  const out = new Uint8Array((row + 1) * height)
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * row, y * (row + 1) + 1]
    out[to - 1] = paeth
    for (let k = 0; k < row; k++) {
      const left = k < 3 ? 0 : data[from + k - 3]!
      const above = y === 0 ? 0 : data[from + k - row]!
      const corner = k < 3 || y === 0 ? 0 : data[from + k - row - 3]!
      out[to + k] = data[from + k]! - nearestTo(left + above - corner, left, above, corner)
    }
  }
  return out
}

/** Of equally near ones the first. */
function nearestTo(value: number, left: number, above: number, corner: number): number {
  const [a, b, c] = [Math.abs(value - left), Math.abs(value - above), Math.abs(value - corner)]
  return a <= b && a <= c ? left : b <= c ? above : corner
}

async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  if (typeof CompressionStream === 'undefined')
    throw new FastFlowError({
      code: 'unsupported',
      field: 'png',
      message: 'png: this host has no CompressionStream; encode image.data with a library of your own',
    })
  const { readable, writable } = new CompressionStream('deflate')
  const writer = writable.getWriter()
  const written = writer.write(bytes).then(() => writer.close())
  const parts: Uint8Array[] = []
  const reader = readable.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) parts.push(read.value!)
  await written
  return joined(parts)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function chunkOf(name: string, content: Uint8Array): Uint8Array {
  const named = joined([Uint8Array.from(name, (letter) => letter.charCodeAt(0)), content])
  return joined([wholeOf(content.length), named, wholeOf(checksumOf(named))])
}

/** Four bytes, the most significant first. */
function wholeOf(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** CRC-32, bit by bit for each of the 256 bytes there are, which a page that saves no picture is spared. */
let table: Uint32Array | undefined

function checksumOf(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
    return value
  })
  let value = 0xffffffff
  for (const byte of bytes) value = table[(value ^ byte) & 0xff]! ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}
