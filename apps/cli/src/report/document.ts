import type { BenchDocument } from '../bench/document.ts'

/** One image of a comparison. */
export interface Picture {
  /** `full`, `paper`, `uniform-10`, ... */
  readonly method: string
  readonly nfe: number
  /** dB to the full run of the same seed; undefined for the full run itself. */
  readonly psnr: number | undefined
  /** One letter a grid step, C evaluated, S skipped. */
  readonly decisions: string
  /** PNG bytes, base64. */
  readonly png: string
}

/** The same seed and prompt (or class), computed by several methods; the first picture is the full run. */
export interface Comparison {
  readonly caption: string
  readonly seed: number
  readonly pictures: readonly Picture[]
}

/** How a policy learned, one entry per generation. */
export interface LearningCurve {
  readonly policy: string
  readonly steps: number
  readonly arms: readonly number[]
  /** Evaluations of each generation, in order. */
  readonly nfe: readonly number[]
  /** `pulls[arm][step]` at the end; 0 where the arm is not offered. */
  readonly pulls: readonly (readonly number[])[]
  /** Mean reward of each arm at each step at the end, undefined where it was never pulled. */
  readonly means: readonly (readonly (number | undefined)[])[]
}

export interface ModelSection {
  readonly model: string
  readonly description: string
  readonly bench: BenchDocument
  readonly comparisons: readonly Comparison[]
  readonly learning: LearningCurve | undefined
}

/** Everything a report shows. */
export interface ReportDocument {
  readonly title: string
  /** ISO 8601. */
  readonly created: string
  readonly command: string
  readonly sections: readonly ModelSection[]
}
