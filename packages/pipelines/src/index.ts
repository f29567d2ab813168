export type { ClassToImagePipeline } from './class-to-image.ts'
export type { Flow } from './flow.ts'
export type {
  Accelerate,
  CustomAcceleration,
  GeneratedImage,
  GenerateOptions,
  GenerateResult,
  GenerationStats,
  PaperAcceleration,
} from './generate.ts'
export type { RunKey } from './learned-policy.ts'
export { type LoadPipelineOptions, loadPipeline } from './load.ts'
export { checkPolicyDocument, type PolicyDocument, type PolicyKey, policyDigest } from './policy/document.ts'
export { type PaperOptions, type PaperPolicy, type PaperState, paperPolicy } from './policy/paper.ts'
