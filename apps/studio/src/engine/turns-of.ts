import { type TurnPipeline, takingTurns } from '@fastflow/bench'
import type { FlowOptions, Pipeline } from '@fastflow/pipelines'

/** The subjects in turn, each made as `options` say. */
export function turnsOf(
  pipe: Pipeline,
  subjects: readonly string[],
  { image, negativePrompt, guidanceInterval }: FlowOptions,
): TurnPipeline {
  const more = { ...(image && { image }), ...(negativePrompt !== undefined && { negativePrompt }) }
  return takingTurns(
    pipe,
    subjects.map((subject) => ({ subject, ...more })),
    { ...(guidanceInterval && { guidanceInterval }) },
  )
}
