export { ownFamilies } from './family/own-families.ts'
export { syntheticImages } from './family/shapes.ts'
export type { Flow } from './flow.ts'
export type { Accelerate, CustomAcceleration, GenerateOptions } from './generate/options.ts'
export type { Clip, GeneratedImage, GenerateResult, GenerationStats } from './generate/result.ts'
export type {
  FolderProblem,
  InspectedFolder,
  InspectedGuidance,
  InspectedMemory,
  InspectedPart,
  InspectedPort,
  InspectedRun,
  InspectedTokenizer,
} from './inspect/document.ts'
export { type InspectOptions, inspectFolder } from './inspect/inspect-folder.ts'
export { type LoadPipelineOptions, loadPipeline, loadPipelineOf } from './load.ts'
export type { Pipeline } from './pipeline.ts'
export { type PlanRunKey, planDigest } from './plan/key.ts'
export type { AutoAcceleration, CalibrationOptions, PlanAcceleration } from './plan/options.ts'
export type { ReplanningOptions } from './plan/replan.ts'
export { checkPolicyDocument, type PolicyDocument, type PolicyKey, policyDigest } from './policy/document.ts'
export { adoptPolicy, learnedPolicy } from './policy/learned.ts'
export type { PaperAcceleration, PaperOptions, PolicyKeyOptions } from './policy/options.ts'
export { type PaperPolicy, paperPolicy, parsePaperDocument } from './policy/paper.ts'
export type { PaperState } from './policy/paper-state.ts'
export type { PolicyPlaces } from './policy/places.ts'
export type { Metric, TargetQuality } from './policy/target-quality.ts'
export type { ImageInput } from './state/image-input.ts'
export type { Picture } from './state/picture.ts'
export { type Certificate, certify, type Evidence, leastRuns, mostConfidence } from './target/certify.ts'
export { certificateOf, choose as chooseArm, goOn as chooseAgain, type Route } from './target/choose.ts'
export { sizeScore } from './target/early.ts'
export { contextOf } from './target/features.ts'
export type { Goal } from './target/goal.ts'
export { landingLogs } from './target/landings.ts'
export { BANDITS, type BanditName, type Learner } from './target/learner.ts'
export { learnerOf, learnerOfState } from './target/named-learner.ts'
export type { ImageTarget, QualityOptions, TargetAcceleration } from './target/options.ts'
export { plansDigest, type QualityRun, type QualityTable, tableDigest } from './target/quality-table.ts'
export { type ChoiceRecord, type DecisionRecord, parseRecord } from './target/record.ts'
export { misses, perfect, rewardOf, rewardsOf } from './target/reward.ts'
export { createTerms, initState as initTargetState, update as updateTargetState } from './target/state.ts'
export type { TargetState, Terms } from './target/terms.ts'
export type { Defaults, FlowOptions, RunSettings, Task } from './task/options.ts'
