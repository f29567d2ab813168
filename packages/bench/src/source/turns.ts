import { invalidArgument, isRecord, type Plan } from '@fastflow/core'
import { checkOptions, checkWhole, type OptionNames, shown } from '@fastflow/core/backend'
import {
  type CalibrationOptions,
  type Flow,
  type FlowOptions,
  type GenerateOptions,
  type GenerateResult,
  type Pipeline,
  type RunSettings,
  syntheticImages,
} from '@fastflow/pipelines'
import { checkParts } from '../check/run.ts'
import { checkList, checkPipeline } from '../check/values.ts'

/** What a model is asked for: a class or a prompt, what to lead away from, and the picture to edit where it edits. */
export interface Subject extends Pick<FlowOptions, 'image' | 'negativePrompt'> {
  readonly subject: string | number
}

/** A pipeline with a list of subjects that take turns. */
export interface TurnPipeline extends Pipeline {
  /** `prepare` with the subject whose turn it is. */
  prepareTurn(turn: number, options?: FlowOptions): Promise<Flow>
  /** `generate` with the subject whose turn it is. */
  generateTurn(turn: number, options?: GenerateOptions): Promise<GenerateResult>
  /** `calibrate` on all subjects in turn, unless told other prompts and pictures; of a model of classes, on all classes. */
  calibrate(options?: CalibrationOptions): Promise<Plan>
}

/**
 * All classes in turn, or the model's own prompts; where it edits, each with a coloured shape.
 *
 * @throws FastFlowError `invalid-argument` where a model brings no prompts, `model-unreadable`.
 */
export async function subjectsOf(pipe: Pipeline): Promise<readonly Subject[]> {
  checkPipeline(pipe, ['subjects'])
  const subjects = await pipe.subjects()
  if (pipe.task !== 'image-editing') return subjects.map((subject) => ({ subject }))
  const images = syntheticImages(pipe.size)
  return subjects.map((subject, n) => ({ subject, image: images[n % images.length]! }))
}

/** What all runs have in common, as far as it is not the model's own; steps and guidance are the bench's. */
export type TurnSettings = {
  readonly [Name in Exclude<keyof RunSettings, 'numSteps' | 'guidanceScale'>]?: RunSettings[Name] | undefined
}

const names: OptionNames<TurnSettings> = {
  numFrames: true,
  width: true,
  height: true,
  fps: true,
  strength: true,
  negativePrompt: true,
  guidanceInterval: true,
  trueGuidanceScale: true,
  guidanceScale2: true,
  guidanceRescale: true,
  guidanceTruncation: true,
  guidanceNormalization: true,
}

/**
 * A pipeline whose subjects take turns.
 *
 * @throws FastFlowError `invalid-argument` without a subject, or naming the setting; the methods for a turn that is none.
 */
export function takingTurns(
  pipe: Pipeline,
  subjects: readonly Subject[],
  run: TurnSettings = {},
): TurnPipeline {
  checkPipeline(pipe, ['planKey', 'calibrate', 'prepare', 'generate'])
  checkSubjects(subjects)
  checkOptions('run', run, names)
  checkParts(run)
  const own = Object.fromEntries(Object.entries(run).filter(([, value]) => value !== undefined))
  // Subjects may say more, such as what is known of the right answer.
  const at = (turn: number): Subject => {
    const { subject, image, negativePrompt } = subjects[checkWhole('turn', turn, 0) % subjects.length]!
    return { subject, ...(image && { image }), ...(negativePrompt !== undefined && { negativePrompt }) }
  }
  const asked = pipe.task === 'class-to-image' ? {} : promptsOf(subjects)
  return {
    ...pipe,
    planKey: (options) => pipe.planKey({ ...options, ...own }),
    calibrate: (options = {}) =>
      pipe.calibrate({ ...(options.recorded === undefined && asked), ...options, ...own }),
    async prepareTurn(turn, options) {
      const { subject, ...more } = at(turn)
      return pipe.prepare(subject, { ...options, ...own, ...more })
    },
    async generateTurn(turn, options) {
      const { subject, ...more } = at(turn)
      return pipe.generate(subject, { ...options, ...own, ...more })
    },
  }
}

/**
 * What `calibrate` and `measureQuality` are told to show these subjects in turn. A picture that several subjects share
 * counts once.
 *
 * @throws FastFlowError `invalid-argument` without a subject.
 */
export function promptsOf(subjects: readonly Subject[]): Pick<CalibrationOptions, 'prompts' | 'images'> {
  checkSubjects(subjects)
  const images = new Set(subjects.flatMap(({ image }) => image ?? []))
  return {
    prompts: subjects.map(({ subject }) => String(subject)),
    ...(images.size > 0 && { images: [...images] }),
  }
}

function checkSubjects(subjects: unknown): void {
  for (const one of checkList('subjects', subjects, 'subjects')) {
    if (isRecord(one) && (typeof one.subject === 'string' || typeof one.subject === 'number')) continue
    throw invalidArgument('subjects', `has ${shown(one)}; pass { subject } with a class or a prompt`)
  }
}
