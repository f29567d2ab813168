export { syntheticImages } from './family/shapes.ts'
export type { Flow } from './flow.ts'
export type {
  Accelerate,
  AutoAcceleration,
  CustomAcceleration,
  GenerateOptions,
  PaperAcceleration,
  PlanAcceleration,
  PolicyKeyOptions,
} from './generate/options.ts'
export type { Clip, GeneratedImage, GenerateResult, GenerationStats } from './generate/result.ts'
export { type LoadPipelineOptions, loadPipeline } from './load.ts'
export type { Pipeline } from './pipeline.ts'
export type { CalibrationOptions } from './plan/calibrate.ts'
export { type PlanRunKey, planDigest } from './plan/key.ts'
export { checkPolicyDocument, type PolicyDocument, type PolicyKey, policyDigest } from './policy/document.ts'
export {
  type PaperOptions,
  type PaperPolicy,
  type PaperState,
  paperPolicy,
  parsePaperDocument,
} from './policy/paper.ts'
export { type Certificate, certify, type Evidence, leastRuns, mostConfidence } from './target/certify.ts'
export { certificateOf, choose as chooseArm, goOn as chooseAgain, type Route } from './target/choose.ts'
export { sizeScore } from './target/early.ts'
export { contextOf } from './target/features.ts'
export { landingLogs } from './target/landings.ts'
export { BANDITS, type BanditName, type Learner } from './target/learner.ts'
export { learnerOf, learnerOfState } from './target/named-learner.ts'
export type { ImageTarget, Metric, QualityOptions, TargetAcceleration } from './target/options.ts'
export type { TargetQuality } from './target/quality.ts'
export { plansDigest, type QualityRun, type QualityTable, tableDigest } from './target/quality-table.ts'
export { type ChoiceRecord, type DecisionRecord, parseRecord } from './target/record.ts'
export { type Goal, misses, perfect, rewardOf, rewardsOf } from './target/reward.ts'
export {
  createTerms,
  initState as initTargetState,
  type TargetState,
  type Terms,
  update as updateTargetState,
} from './target/state.ts'
export type { Defaults, FlowOptions, ImageInput, RunSettings, Task } from './task/options.ts'
