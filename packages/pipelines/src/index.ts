export type { ClassToImagePipeline } from './class-to-image/pipeline.ts'
export type { Flow } from './flow.ts'
export type {
  Accelerate,
  CustomAcceleration,
  FlowOptions,
  GenerateOptions,
  PaperAcceleration,
  PlanAcceleration,
  PolicyKeyOptions,
} from './generate/options.ts'
export type { GeneratedImage, GenerateResult, GenerationStats } from './generate/result.ts'
export { type LoadPipelineOptions, loadPipeline } from './load.ts'
export type { CalibrationOptions } from './plan/calibrate.ts'
export { type PlanRunKey, planDigest } from './plan/key.ts'
export { checkPolicyDocument, type PolicyDocument, type PolicyKey, policyDigest } from './policy/document.ts'
export { type PaperOptions, type PaperPolicy, type PaperState, paperPolicy } from './policy/paper.ts'
