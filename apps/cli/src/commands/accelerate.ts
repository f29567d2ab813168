import { invalidArgument } from '@fastflow/core'
import type { Accelerate } from '@fastflow/pipelines'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { onlyWith } from '../options.ts'
import { readPolicyFile } from '../policy-file.ts'
import type { ProduceOptions } from './produce-options.ts'

/**
 * What the options of `generate` ask for, with the policy file read.
 *
 * @throws FastFlowError `invalid-argument` for options that do not go together, `policy-unreadable`.
 */
export async function accelerationOf(io: Io, options: ProduceOptions): Promise<Accelerate> {
  const { accelerate, nfe, passes, psnr, confidence, arms } = options
  onlyWith('--accelerate', accelerate, {
    [accelerate === 'auto' ? 'auto' : 'plan']: {
      '--nfe': nfe,
      '--passes': passes,
      '--psnr': psnr,
      '--confidence': confidence,
    },
    paper: { '--arms': arms },
  })
  if (accelerate === 'off') {
    if (options.policy === undefined) return 'off'
    throw invalidArgument(
      '--policy',
      'has to be applied; add --accelerate plan or paper, whichever wrote the file',
    )
  }
  const given = Object.entries({ '--nfe': nfe, '--passes': passes, '--psnr': psnr }).filter(
    ([, value]) => value !== undefined,
  )
  if (given.length > 1) throw invalidArgument(given[1]![0], `excludes ${given[0]![0]}; give one of them`)
  if (confidence !== undefined && psnr === undefined)
    throw invalidArgument('--confidence', 'goes with --psnr; give that too, or neither')
  const file =
    options.policy === undefined
      ? undefined
      : await readPolicyFile(pathAt(io, options.policy, '--policy'), '--policy')
  if (file !== undefined && file.method !== accelerate)
    throw invalidArgument(
      '--policy',
      `${options.policy} is for --accelerate ${file.method}, not ${accelerate}`,
    )
  if (accelerate === 'paper') {
    const snapshot = file?.method === 'paper' && ({ policy: file.document, learn: false } as const)
    return { method: 'paper', ...(arms && { arms }), ...snapshot }
  }
  const request = {
    ...(nfe !== undefined && { nfe }),
    ...(passes !== undefined && { passes }),
    ...(psnr !== undefined && { psnr }),
    ...(confidence !== undefined && { confidence }),
  }
  if (accelerate === 'auto') return { method: 'auto', ...request }
  return { method: 'plan', ...(file?.method === 'plan' && { plan: file.frontier.document }), ...request }
}
