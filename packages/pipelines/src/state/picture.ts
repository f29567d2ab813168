import { type Backend, FastFlowError, type RgbImage } from '@fastflow/core'
import { encodePng } from './png.ts'

/** A picture that can be made a file. What a worker posts of it is the picture alone. */
export class Picture implements RgbImage {
  readonly width: number
  readonly height: number
  /** 8-bit RGB, row-major, three bytes a pixel. */
  readonly data: Uint8Array
  readonly #write: Backend['write']

  /** @param write where files go; none are written without it. */
  constructor({ width, height, data }: RgbImage, write?: Backend['write']) {
    this.width = width
    this.height = height
    this.data = data
    this.#write = write
  }

  /**
   * The bytes of a PNG file of it, without loss and without metadata.
   *
   * @throws FastFlowError `unsupported` on a host without `CompressionStream`: Node and browsers have it.
   */
  png(): Promise<Uint8Array> {
    return encodePng(this)
  }

  /**
   * Writes a PNG file, whole or not at all, and replaces one that is there.
   *
   * @param path a path, or what else the backend names files by.
   * @throws FastFlowError `unsupported` where the backend writes no files, `output-unwritable`, `invalid-argument`.
   */
  async save(path: string): Promise<void> {
    const write = this.#write
    if (write !== undefined) return write(path, await this.png())
    const message = 'save: this backend writes no files; take the bytes of png()'
    throw new FastFlowError({ code: 'unsupported', field: 'save', message })
  }
}
