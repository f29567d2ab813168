/** 8-bit RGB, row-major, three bytes a pixel. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export interface QualityInput {
  readonly image: RgbImage
  /** The full-compute result, where the proxy compares with one. */
  readonly reference?: RgbImage
  readonly prompt?: string
}

export interface QualityScore {
  readonly value: number
  /** Name and version of what computed it, e.g. `psnr/1`; scores of other versions do not mix. */
  readonly version: string
}

/** A number that stands for how good an image is. */
export interface QualityProxy {
  readonly name: string
  readonly version: string
  readonly direction: 'higher-is-better' | 'lower-is-better'
  /** Least and largest value it can return. */
  readonly range: readonly [number, number]
  readonly needs: { readonly reference: boolean; readonly prompt: boolean }
  score(input: QualityInput): QualityScore | Promise<QualityScore>
}
