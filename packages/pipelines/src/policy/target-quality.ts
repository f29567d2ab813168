/** What a quality target is measured in. */
export type Metric = 'lpips' | 'psnr'

/** What is known of the quality of what was served, from other images of the same plan. */
export interface TargetQuality {
  readonly metric: Metric
  readonly limit: number
  readonly confidence: number
  /** Mean over the runs measured beforehand; undefined where there are none. The full run equals itself. */
  readonly estimate: number | undefined
  /**
   * What `confidence` of images keep to, by split conformal prediction over the runs measured beforehand; undefined where
   * these are too few.
   */
  readonly bound: number | undefined
  /** Measured runs of the plan, beforehand and online. */
  readonly n: number
  /** How many of them missed the target. */
  readonly misses: number
  /** Version of the proxy; undefined where nothing was measured. */
  readonly proxy: string | undefined
  /** Why the full run was served although acceleration was asked for. */
  readonly abstained: string | undefined
}
