import { type SampleOptions, type SampleResult, sample } from '@fastflow/core'
import type { RunOptions } from './acceleration.ts'

/** Samples a run, by a policy if there is one; what it says beyond the options of `sample` is for accelerations alone. */
export function sampleRun<State = undefined>({
  seed: _seed,
  features: _features,
  render: _render,
  ...options
}: RunOptions & Pick<SampleOptions<unknown, State>, 'policy' | 'policyState' | 'extrapolator'>): Promise<
  SampleResult<unknown, State>
> {
  return sample<unknown, State>(options)
}
