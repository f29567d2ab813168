/** What is done to sigmas that `FlowMatchEulerDiscreteScheduler` is handed. */
interface Shift {
  readonly shift: number
  readonly isDynamic: boolean
  /** `shift_terminal`; 0 where there is none. */
  readonly terminal: number
}

const f = Math.fround

/**
 * Sigmas shifted and stretched operation by operation in float32, as numpy does it in Diffusers. A timestep is off by one in the
 * last place else, which networks that are fed a thousand times sigma make four or five digits of.
 */
export function shiftedInFloat32(
  sigmas: readonly number[],
  { shift, isDynamic, terminal }: Shift,
): readonly number[] {
  const shifted = sigmas.map((sigma) =>
    isDynamic ? timeShifted(f(sigma), f(shift)) : moved(f(sigma), shift),
  )
  if (terminal === 0 || shifted.at(-1) === 1) return shifted
  const scale = f(f(1 - shifted.at(-1)!) / f(1 - terminal))
  return shifted.map((sigma) => f(1 - f(f(1 - sigma) / scale)))
}

function moved(sigma: number, shift: number): number {
  return f(f(f(shift) * sigma) / f(1 + f(f(shift - 1) * sigma)))
}

function timeShifted(sigma: number, shift: number): number {
  return f(shift / f(shift + f(f(1 / sigma) - 1)))
}
