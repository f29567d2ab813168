// For families of your own: what a family is, and the parts that those of this package are made of.

export { readAutoencoder, scaleOf } from './family/autoencoder.ts'
export { decodePart } from './family/decode-part.ts'
export { embeddedGuidance } from './family/embedded-guidance.ts'
export { encodePart, type PlanarPicture } from './family/encode-part.ts'
export type { Encode, EncodedText, EncodeOptions, PromptText } from './family/encoding.ts'
export type { Family, FamilySource } from './family/family.ts'
export { guidanceAboveOne } from './family/guidance.ts'
export { normAtMost, rescaled, rowNorms } from './family/joins.ts'
export { type EncodedPicture, type LatentFlow, latentModel } from './family/latent-model.ts'
export { maskedText } from './family/masked-text.ts'
export { BEHIND_STATE, type Join } from './family/network-passes.ts'
export { openPacked, type PackedLatents, type PackedOptions } from './family/packed-latents.ts'
export type { MemoryMode, Part, Parts } from './family/parts.ts'
export { checkStrength, pictureOf } from './family/picture.ts'
export { openPlanes, type PlaneLatents, type PlaneOptions, readDefaults } from './family/plane-latents.ts'
export { gridIds, idsTensor, type PositionIds, textIds } from './family/position-ids.ts'
export { readScheduler } from './family/scheduler.ts'
export { type Size, sizeOfRun } from './family/sizes.ts'
export { openText, readingNotes, type TextPart } from './family/texts.ts'
export { type Plane, packPatches, packTokens, unpackPatches, unpackTokens } from './state/patches.ts'
export {
  fromEncoder,
  type LatentStatistics,
  readChannelStatistics,
  readScaling,
  toDecoder,
} from './state/statistics.ts'
export type { MeteredVelocity } from './task/guided-velocity.ts'
export type { ModelOption } from './task/options.ts'
export type { Guidance, RunKey } from './task/run.ts'
export type { Shape } from './task/shape.ts'
export type { States } from './task/states.ts'
export type { Condition, RunVelocity, TaskModel } from './task/task-model.ts'
