import { appendFile, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { invalidArgument } from '@fastflow/core'
import type { Accelerate, BanditName } from '@fastflow/pipelines'
import { prepareFolder, unwritable } from '../files.ts'
import type { Io } from '../io.ts'
import { onlyWith } from '../options.ts'
import { openProxy } from '../proxies/open-proxy.ts'
import { accelerationOf } from './accelerate.ts'
import type { ProduceOptions } from './produce.ts'

/** Options of a quality target. */
export interface TargetOptions {
  /** Most LPIPS to the own full run. */
  readonly lpips?: number
  readonly choose?: 'certified' | 'learned'
  /** Bandit that chooses. */
  readonly bandit?: BanditName
  /** Share of what the certified plan would have earned that the bandit may lose. */
  readonly conservative?: number
  readonly mode?: 'on' | 'canary' | 'shadow'
  /** Fraction of requests whose quality is measured. */
  readonly measure?: number
  /** File that decisions are appended to, as JSON lines. */
  readonly log?: string
  /** Network of LPIPS to measure with. */
  readonly weights?: string
}

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
  const file = log === undefined ? undefined : resolve(io.cwd, log)
  if (file !== undefined) await prepareLog(file)
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
      ...(file && { onDecision: (record) => appendFile(file, `${JSON.stringify(record)}\n`) }),
    })
  } finally {
    await dispose()
  }
}

/** Makes the folder of a log, and proves that lines can be appended to it. @throws FastFlowError `output-unwritable`. */
async function prepareLog(file: string): Promise<void> {
  await prepareFolder(dirname(file), '--log')
  try {
    await (await open(file, 'a')).close()
  } catch (cause) {
    throw unwritable(file, '--log', cause)
  }
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
