export { PSNR_CAP, psnr, psnrOfError, psnrOfFloats, psnrProxy } from './psnr.ts'
export { ssim, ssimProxy } from './ssim.ts'
export {
  type PairedBootstrapOptions,
  type PairedInterval,
  pairedBootstrap,
} from './statistics/paired-bootstrap.ts'
export { quantile } from './statistics/quantile.ts'
export { type Summary, summarize } from './statistics/summarize.ts'
