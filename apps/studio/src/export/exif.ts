/** TIFF tags and the type of text in them. */
const SOFTWARE = 0x0131
const IMAGE_DESCRIPTION = 0x010e
const ASCII = 2

/**
 * An Exif block that names FastFlow and holds `metadata` as JSON, as the command line writes it.
 *
 * Reference: CIPA DC-008 (Exif 2.32), section 4.6; TIFF 6.0, section 2.
 */
export function exifOf(metadata: Readonly<Record<string, unknown>>): Uint8Array {
  // Tags of a directory are sorted.
  const entries = [
    { tag: IMAGE_DESCRIPTION, text: `${asciiJson(metadata)}\0` },
    { tag: SOFTWARE, text: 'FastFlow\0' },
  ]
  const directory = 8 + 2 + 12 * entries.length + 4
  const length = entries.reduce((sum, { text }) => sum + text.length, directory)
  const view = new DataView(new ArrayBuffer(length))
  const bytes = new Uint8Array(view.buffer)
  bytes.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8])
  view.setUint16(8, entries.length)
  let at = directory
  for (const [n, { tag, text }] of entries.entries()) {
    const entry = 10 + 12 * n
    view.setUint16(entry, tag)
    view.setUint16(entry + 2, ASCII)
    view.setUint32(entry + 4, text.length)
    view.setUint32(entry + 8, at)
    bytes.set(new TextEncoder().encode(text), at)
    at += text.length
  }
  return bytes
}

/** Exif text is ASCII. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
