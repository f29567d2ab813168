import type { JsonField } from '../json/field.ts'
import { betaQuantile } from './beta-quantile.ts'
import { linspace } from './grid.ts'
import { isOn, unsupported } from './read-config.ts'

const RHO = 7

/** Evenly spaced in the seventh root. Reference: Karras et al. 2022, equation 5. */
function karras(first: number, last: number, steps: number): number[] {
  const from = first ** (1 / RHO)
  const to = last ** (1 / RHO)
  return linspace(0, 1, steps).map((part) => (from + part * (to - from)) ** RHO)
}

/** Evenly spaced in the logarithm. */
function exponential(first: number, last: number, steps: number): number[] {
  return linspace(Math.log(first), Math.log(last), steps).map(Math.exp)
}

/** At the quantiles of a Beta(0.6, 0.6) distribution, denser at both ends. */
function beta(first: number, last: number, steps: number): number[] {
  return linspace(0, 1, steps).map((part) => last + betaQuantile(1 - part) * (first - last))
}

export type Spacing = 'use_karras_sigmas' | 'use_exponential_sigmas' | 'use_beta_sigmas'

/** Spacings by the switch that asks for them: from the first sigma to the last, both kept. */
export const spacings: Readonly<Record<Spacing, (first: number, last: number, steps: number) => number[]>> = {
  use_karras_sigmas: karras,
  use_exponential_sigmas: exponential,
  use_beta_sigmas: beta,
}

/** The spacing that a config asks for, if any. @throws FastFlowError `unsupported` for two at once. */
export function spacingOf(file: JsonField): Spacing | undefined {
  const [first, second] = (Object.keys(spacings) as Spacing[]).filter((name) => isOn(file.at(name)))
  if (second === undefined) return first
  throw unsupported(file.at(second), `cannot be used together with ${first}; switch one off`)
}
