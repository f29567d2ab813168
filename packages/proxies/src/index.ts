export type { Clip } from './clip/clip.ts'
export { loadClip } from './clip/load-clip.ts'
export { type Resample, resizeLikePillow } from './clip/resize.ts'
export { frechetDistance } from './frechet/frechet-distance.ts'
export { type FeatureMoments, featureMoments, type Gaussian } from './frechet/gaussian.ts'
export { gaussianOfImages, type ImageFeatures } from './image-features.ts'
export type { LpipsNet } from './lpips/backbone.ts'
export { type BuildLpipsOptions, buildLpips, type LpipsModel } from './lpips/build-lpips.ts'
export { type Perceptual, perceptual } from './lpips/perceptual.ts'
export { msSsim, msSsimProxy } from './ms-ssim.ts'
export { PSNR_CAP, psnr, psnrOfError, psnrOfFloats, psnrProxy } from './psnr.ts'
export { rmsContrast } from './rms-contrast.ts'
export { type NamedTensor, readSafetensors } from './safetensors/read-safetensors.ts'
export { ssim, ssimProxy } from './ssim.ts'
export {
  type PairedBootstrapOptions,
  type PairedInterval,
  pairedBootstrap,
} from './statistics/paired-bootstrap.ts'
export { quantile } from './statistics/quantile.ts'
export { type Summary, summarize } from './statistics/summarize.ts'
export { temporalConsistency } from './temporal/temporal-consistency.ts'
export { temporalDifference } from './temporal/temporal-difference.ts'
export { temporalFlickering } from './temporal/temporal-flickering.ts'
export {
  readTokenizer,
  type TextTokenizer,
  type TokenizerOptions,
  type Tokens,
} from './text/read-tokenizer.ts'
