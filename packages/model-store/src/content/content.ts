import type { AddProgress } from '../options.ts'

/** How a source fills a folder. */
export interface FillOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress: (progress: AddProgress) => void
}

/** What a source offers, before it is fetched. */
export interface Content {
  /** What it calls the model; it is checked before it is used. */
  readonly name: string
  /** Where it is from, for records. */
  readonly source: string
  /** A word for this content of it: what is partly there is of the same. */
  readonly key: string
  /** Where it is known beforehand, `sha256:` and hex. */
  readonly digest?: string
  /** Bytes there will be, where that is known. */
  readonly bytes?: number
  /** Fills `folder`, using what an earlier call left there. @returns the digest. */
  fill(folder: string, options: FillOptions): Promise<string>
}
