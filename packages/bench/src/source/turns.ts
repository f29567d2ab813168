import {
  type Flow,
  type FlowOptions,
  type GenerateOptions,
  type GenerateResult,
  type Pipeline,
  type RunSettings,
  syntheticImages,
} from '@fastflow/pipelines'

/** What a model is asked for: a class or a prompt, and the picture to edit where it edits. */
export interface Subject extends Pick<FlowOptions, 'image'> {
  readonly subject: string | number
}

/** A pipeline with a list of subjects that take turns. */
export interface TurnPipeline extends Pipeline {
  /** `prepare` with the subject whose turn it is. */
  prepareTurn(turn: number, options?: FlowOptions): Promise<Flow>
  /** `generate` with the subject whose turn it is. */
  generateTurn(turn: number, options?: GenerateOptions): Promise<GenerateResult>
}

/** All classes in turn, or the model's own prompts; where it edits, each with a coloured shape. */
export async function subjectsOf(pipe: Pipeline): Promise<readonly Subject[]> {
  const subjects = await pipe.subjects()
  if (pipe.task !== 'image-editing') return subjects.map((subject) => ({ subject }))
  const images = syntheticImages(pipe.size)
  return subjects.map((subject, n) => ({ subject, image: images[n % images.length]! }))
}

/** What all runs have in common, as far as it is not the model's own; steps and guidance are the bench's. */
export type TurnSettings = Omit<RunSettings, 'numSteps' | 'guidanceScale'>

const shared: readonly (keyof TurnSettings)[] = [
  'numFrames',
  'width',
  'height',
  'fps',
  'strength',
  'negativePrompt',
  'guidanceInterval',
  'trueGuidanceScale',
  'guidanceScale2',
  'guidanceRescale',
  'guidanceTruncation',
  'guidanceNormalization',
]

export function takingTurns(
  pipe: Pipeline,
  subjects: readonly Subject[],
  run: TurnSettings = {},
): TurnPipeline {
  const own = Object.fromEntries(
    shared.flatMap((name) => (run[name] === undefined ? [] : [[name, run[name]]])),
  )
  const at = (turn: number): Subject => subjects[turn % subjects.length]!
  return {
    ...pipe,
    planKey: (options) => pipe.planKey({ ...options, ...own }),
    calibrate: (options) => pipe.calibrate({ ...options, ...own }),
    prepareTurn(turn, options) {
      const { subject, ...more } = at(turn)
      return pipe.prepare(subject, { ...options, ...own, ...more })
    },
    generateTurn(turn, options) {
      const { subject, ...more } = at(turn)
      return pipe.generate(subject, { ...options, ...own, ...more })
    },
  }
}
