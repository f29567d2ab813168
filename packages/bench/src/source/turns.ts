import {
  type Flow,
  type FlowOptions,
  type GenerateOptions,
  type GenerateResult,
  type Pipeline,
  type RunSettings,
  syntheticImages,
} from '@fastflow/pipelines'

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
}

/** All classes in turn, or the model's own prompts; where it edits, each with a coloured shape. */
export async function subjectsOf(pipe: Pipeline): Promise<readonly Subject[]> {
  const subjects = await pipe.subjects()
  if (pipe.task !== 'image-editing') return subjects.map((subject) => ({ subject }))
  const images = syntheticImages(pipe.size)
  return subjects.map((subject, n) => ({ subject, image: images[n % images.length]! }))
}

/** @param run frames of every clip and where guidance acts, as far as they are not the model's own. */
export function takingTurns(
  pipe: Pipeline,
  subjects: readonly Subject[],
  run: Pick<RunSettings, 'numFrames' | 'guidanceInterval'> = {},
): TurnPipeline {
  const { numFrames, guidanceInterval } = run
  const own = { ...(numFrames !== undefined && { numFrames }), ...(guidanceInterval && { guidanceInterval }) }
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
