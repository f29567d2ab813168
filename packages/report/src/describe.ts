import type { BenchDocument } from '@fastflow/bench'
import { checkOneOf, checkOptions, checkWhole, type OptionNames } from '@fastflow/core/backend'
import { checkDrawn } from './check/charts.ts'

const tasks = {
  'class-to-image': 'Class-conditional images',
  'text-to-image': 'Images of prompts',
  'image-editing': 'Pictures edited as prompts say',
  'text-to-video': 'Clips of prompts',
} as const

export interface DescribeBenchOptions {
  readonly task: keyof typeof tasks
  /** Pixels, where they are not the model's own; both or none. */
  readonly width?: number | undefined
  readonly height?: number | undefined
}

const names: OptionNames<DescribeBenchOptions> = { task: true, width: true, height: true }

/** What was measured, in a sentence, for the section of a report. @throws FastFlowError `invalid-argument` naming the part. */
export function describeBench(bench: BenchDocument, options: DescribeBenchOptions): string {
  checkDrawn(bench)
  checkOptions('options', options, names)
  const { task, width, height } = options
  checkOneOf('task', task, Object.keys(tasks))
  for (const [name, pixels] of Object.entries({ width, height }))
    if (pixels !== undefined) checkWhole(name, pixels, 1)
  const { frames, guidanceScale, guidanceInterval, steps } = bench
  const size = width === undefined ? '' : ` of ${width} x ${height} pixels`
  const length = frames === undefined ? '' : `, ${frames} frames each`
  const where = guidanceInterval ? ` at sigma ${guidanceInterval.join(' to ')}` : ''
  return `${tasks[task]}${size}${length}, guidance ${guidanceScale}${where}, ${steps}-step Euler baseline.`
}
