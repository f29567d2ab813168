export {
  type AdaptiveDiffusionOptions,
  type AdaptiveDiffusionState,
  adaptiveDiffusion,
} from './adaptive-diffusion.ts'
export { type BudCacheOptions, budCache } from './bud-cache.ts'
export { type EasyCacheOptions, type EasyCacheState, easyCache } from './easy-cache.ts'
export { type FSamplerOptions, type FSamplerState, fSampler } from './f-sampler.ts'
export { type MagCacheOptions, magCache, magnitudeRatios } from './mag-cache.ts'
export {
  intervalSteps,
  type MeanCacheOptions,
  type MeanCacheState,
  meanCache,
  publishedMeanCacheSteps,
} from './mean-cache.ts'
export type { Peer } from './peer.ts'
export { reuseResidual } from './reuse-residual.ts'
export { type SearchMaskOptions, searchMask } from './search-mask.ts'
export { type SpectrumOptions, type SpectrumState, spectrum } from './spectrum.ts'
export { type TaylorSeerOptions, taylorSeer } from './taylor-seer.ts'
export { type TeaCacheOptions, teaCache } from './tea-cache.ts'
export { type VdeOptions, type VdeState, vde } from './vde.ts'
