import { invalidArgument } from '@fastflow/core'
import { checkFlag, checkNumber, checkSignal, checkWhole, shown } from '@fastflow/core/backend'
import { MAX_FPS, MAX_GUIDANCE } from './limits.ts'
import type { FlowOptions } from './options.ts'

type Check = (option: string, value: unknown) => void

const scale: Check = (option, value) => checkNumber(option, value, 0, MAX_GUIDANCE)
const share: Check = (option, value) => checkNumber(option, value, 0, 1)

/** Options whose values are right or wrong whatever the model is. What depends on it, such as sizes, the model checks. */
const checks: { readonly [Option in keyof FlowOptions]?: Check } = {
  negativePrompt: checkText,
  strength: (_, value) => checkShareMade(value),
  maxSequenceLength: (option, value) => checkWhole(option, value, 1),
  complexHumanInstruction: checkLines,
  systemPrompt: checkText,
  autoResize: checkFlag,
  trueGuidanceScale: scale,
  guidanceScale2: scale,
  guidanceRescale: share,
  guidanceTruncation: share,
  guidanceNormalization: checkFlag,
  fps: (option, value) => checkNumber(option, value, 1, MAX_FPS),
  signal: (_, value) => checkSignal(value),
}

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkOptionValues(options: object): void {
  for (const [option, value] of Object.entries(options))
    if (value !== undefined && Object.hasOwn(checks, option))
      checks[option as keyof FlowOptions]!(option, value)
}

function checkText(option: string, value: unknown): void {
  if (typeof value !== 'string') throw invalidArgument(option, `${shown(value)} is not a text`)
}

function checkLines(option: string, value: unknown): void {
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return
  throw invalidArgument(option, `${shown(value)} is not a list of texts; pass one a line, or [] for none`)
}

/** `strength`: how much of a picture is made anew. */
export function checkShareMade(value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= 1) return value
  throw invalidArgument('strength', `${shown(value)} is not above 0 and at most 1`)
}
