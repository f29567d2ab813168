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

/** @param clip frames of every clip, where they are not the model's own. */
export function takingTurns(
  pipe: Pipeline,
  subjects: readonly Subject[],
  { numFrames }: Pick<RunSettings, 'numFrames'> = {},
): TurnPipeline {
  const clip = numFrames === undefined ? {} : { numFrames }
  const at = (turn: number): Subject => subjects[turn % subjects.length]!
  return {
    ...pipe,
    planKey: (options) => pipe.planKey({ ...options, ...clip }),
    calibrate: (options) => pipe.calibrate({ ...options, ...clip }),
    prepareTurn(turn, options) {
      const { subject, ...more } = at(turn)
      return pipe.prepare(subject, { ...options, ...clip, ...more })
    },
    generateTurn(turn, options) {
      const { subject, ...more } = at(turn)
      return pipe.generate(subject, { ...options, ...clip, ...more })
    },
  }
}
