import type { BenchDocument, LearningCurve, PrecisionDocument } from '@fastflow/bench'
import type { PlanDocument } from '@fastflow/core'

/** An image, or a clip as an animated one. Data are base64. */
export interface Media {
  readonly type: 'image/png' | 'image/webp'
  readonly width: number
  readonly height: number
  readonly base64: string
  /** One frame of a clip, as PNG. */
  readonly still?: string
}

/** One image of a comparison. */
export interface Picture {
  /** `full`, `paper`, `uniform-10`, ... */
  readonly method: string
  readonly nfe: number
  /** dB to the full run of the same seed; undefined for the full run itself. */
  readonly psnr: number | undefined
  /** One letter a grid step, C evaluated, S skipped. */
  readonly decisions: string
  readonly media: Media
}

/** The same seed and prompt (or class), computed by several methods; the first picture is the full run. */
export interface Comparison {
  readonly caption: string
  readonly seed: number
  /** The picture that was edited. */
  readonly source?: Media
  readonly pictures: readonly Picture[]
}

export interface ModelSection {
  readonly model: string
  readonly description: string
  readonly bench: BenchDocument
  readonly comparisons: readonly Comparison[]
  readonly learning: LearningCurve | undefined
  /** The plan that was followed: what it promises stands beside what was measured. */
  readonly plan?: PlanDocument
}

/** Everything a report shows. */
export interface ReportDocument {
  readonly title: string
  /** ISO 8601. */
  readonly created: string
  /** Left out where no command line made it. */
  readonly command?: string
  readonly sections: readonly ModelSection[]
  /** Plans and precisions measured together. */
  readonly precision?: readonly PrecisionDocument[]
}
