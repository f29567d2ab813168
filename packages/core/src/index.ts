export {
  FastFlowError,
  type FastFlowErrorCode,
  type FastFlowErrorOptions,
  invalidArgument,
} from './errors.ts'
export type { Backend, LoadOptions, LoadProgress, ModelFolder } from './ports/backend.ts'
export type {
  Feeds,
  ModelRunner,
  RunOptions,
  RunResult,
  Tensor,
  TensorInfo,
  TensorType,
} from './ports/model-runner.ts'
export type { PolicyStore } from './ports/policy-store.ts'
export type { QualityInput, QualityProxy, QualityScore, RgbImage } from './ports/quality-proxy.ts'
export type { AbortSignalLike, Velocity, VelocityCall } from './ports/velocity.ts'
export { fillNormal, portableLog } from './random/normal.ts'
export { createRandom, type Random, restoreRandom, type SeededRandom } from './random/random.ts'
export type { Term, VectorSpace } from './space/vector-space.ts'
