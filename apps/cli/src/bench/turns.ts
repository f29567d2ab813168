import type { Flow, FlowOptions, GenerateOptions, GenerateResult, Pipeline } from '@fastflow/pipelines'

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

/** All classes in turn. */
export function classSubjects({ labels }: Pipeline): readonly Subject[] {
  return labels.map((_, subject) => ({ subject }))
}

export function takingTurns(pipe: Pipeline, subjects: readonly Subject[]): TurnPipeline {
  const at = (turn: number): Subject => subjects[turn % subjects.length]!
  return {
    ...pipe,
    prepareTurn(turn, options) {
      const { subject, ...more } = at(turn)
      return pipe.prepare(subject, { ...options, ...more })
    },
    generateTurn(turn, options) {
      const { subject, ...more } = at(turn)
      return pipe.generate(subject, { ...options, ...more })
    },
  }
}
