/**
 * How far the baseline is from itself and from the truth: PSNR of single calibration runs, dB; empty where not measured.
 * Results closer to the baseline than this differ by less than its own choice of steps.
 */
export interface PlanFloor {
  /** The baseline's solver with a tenth fewer steps (T - 5 of 50) against the full baseline. */
  readonly fewerSteps: readonly number[]
  /** The baseline against the exact solution. Measured for `target: 'exact'`, where that solution is at hand. */
  readonly exact: readonly number[]
}
