import { type LearningCurve, learningCurve } from '@fastflow/bench'
import type { Knowledge } from '../engine/protocol.ts'

/** What the policy learned; undefined where there is none. */
export function curveOf(knowledge: Knowledge | undefined): LearningCurve | undefined {
  return knowledge?.policy && learningCurve(knowledge.policy.state, knowledge.curve)
}
