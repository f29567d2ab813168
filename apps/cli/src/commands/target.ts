import { appendFile } from 'node:fs/promises'
import { invalidArgument } from '@fastflow/core'
import type { Accelerate, DecisionRecord } from '@fastflow/pipelines'
import { pathAt, prepareLog, unwritable } from '../files.ts'
import type { Io } from '../io.ts'
import { onlyWith } from '../options.ts'
import { openProxy } from '../proxies/open-proxy.ts'
import { accelerationOf } from './accelerate.ts'
import type { ProduceOptions } from './produce-options.ts'

/**
 * Hands what the options ask for to `use`, and frees the network that measures, if one was loaded.
 *
 * @throws FastFlowError `invalid-argument` for options that do not go together, `policy-unreadable`.
 */
export async function withAcceleration<Result>(
  io: Io,
  options: ProduceOptions,
  use: (accelerate: Accelerate) => Promise<Result>,
): Promise<Result> {
  const { lpips, choose, bandit, conservative, mode, measure, log, weights, confidence } = options
  if (lpips === undefined) {
    const own = {
      '--choose': choose,
      '--bandit': bandit,
      '--conservative': conservative,
      '--mode': mode,
      '--measure': measure,
      '--log': log,
      '--weights': weights,
    }
    for (const [name, value] of Object.entries(own))
      if (value !== undefined)
        throw invalidArgument(name, `goes with --lpips; give that too, or leave ${name} out`)
    return use(await accelerationOf(io, options))
  }
  checkCompany(options)
  onlyWith('--choose', choose ?? 'certified', {
    learned: { '--bandit': bandit, '--conservative': conservative },
  })
  const file = log === undefined ? undefined : pathAt(io, log, '--log')
  if (file !== undefined) await prepareLog(io, file, '--log')
  const { proxy, dispose } = await openProxy(io, 'lpips', weights)
  try {
    return await use({
      target: { lpips, ...(confidence !== undefined && { confidence }) },
      proxy,
      ...(choose && { choose }),
      ...(bandit && { bandit }),
      ...(conservative !== undefined && { conservative }),
      ...(mode && { mode }),
      ...(measure !== undefined && { measure }),
      ...(file && { onDecision: loggingTo(file) }),
    })
  } finally {
    await dispose()
  }
}

/** Appends decisions to a file. One that can no longer be written to costs a note of the call, and no image. */
function loggingTo(file: string): (record: DecisionRecord) => Promise<void> {
  return (record) =>
    appendFile(file, `${JSON.stringify(record)}\n`).catch((cause) => {
      throw unwritable(file, '--log', cause)
    })
}

function checkCompany({ accelerate, nfe, psnr, arms, policy }: ProduceOptions): void {
  if (accelerate !== 'auto' && accelerate !== 'plan')
    throw invalidArgument('--lpips', `goes with --accelerate auto or plan, not ${accelerate}`)
  for (const [name, value] of Object.entries({
    '--nfe': nfe,
    '--psnr': psnr,
    '--arms': arms,
    '--policy': policy,
  }))
    if (value !== undefined) throw invalidArgument('--lpips', `excludes ${name}; give one of them`)
}
