import { type SampleOptions, type SampleResult, sample } from '@fastflow/core'
import type { RunOptions } from './acceleration.ts'

/** Samples a run, by a policy if there is one, else by the solver of the full run; what it says beyond the options of `sample` is for accelerations alone. */
export function sampleRun<State = undefined>({
  seed: _seed,
  features: _features,
  render: _render,
  solver,
  ...options
}: RunOptions & Pick<SampleOptions<unknown, State>, 'policy' | 'policyState' | 'extrapolator'>): Promise<
  SampleResult<unknown, State>
> {
  const takesSteps = options.policy !== undefined || options.extrapolator !== undefined
  return sample<unknown, State>({ ...options, ...(solver && !takesSteps && { solver }) })
}
