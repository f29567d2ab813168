import { invalidArgument, isRecord } from '@fastflow/core'
import { checkCallback, checkFlag, checkOptions, checkPolicy, shown } from '@fastflow/core/backend'
import { checkPlanDocument } from '../plan/check-document.ts'
import { autoNames, planNames } from '../plan/options.ts'
import { paperAccelerationNames } from '../policy/options.ts'
import { checkProxy } from '../target/check-proxy.ts'
import { imageTargetNames, targetNames } from '../target/options.ts'
import { customNames } from './options.ts'

const methods = {
  auto: autoNames,
  plan: planNames,
  paper: paperAccelerationNames,
  custom: customNames,
} as const

/**
 * What `accelerate` was given: a known method with options of its own, of the right kinds. Their ranges are checked where the
 * method is set up.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function checkAccelerate(accelerate: unknown): void {
  if (typeof accelerate === 'string' && ['off', 'auto', 'plan', 'paper'].includes(accelerate)) return
  if (!isRecord(accelerate)) throw unknownMethod(shown(accelerate))
  if (accelerate.target !== undefined) checkTargetOptions(accelerate)
  else checkMethodOptions(accelerate)
}

function checkMethodOptions(accelerate: Readonly<Record<string, unknown>>): void {
  if (typeof accelerate.at === 'function')
    throw invalidArgument('accelerate', 'is a Plan; pass { method: "plan", plan: plan.document }')
  if (accelerate.format === 'fastflow-plan')
    throw invalidArgument('accelerate', 'is a plan document; pass { method: "plan", plan: document }')
  if (accelerate.method === undefined) {
    checkOptions('accelerate', accelerate, { method: true, target: true })
    throw unknownMethod('an object without method or target')
  }
  const { method } = accelerate
  if (typeof method !== 'string' || !Object.hasOwn(methods, method))
    throw unknownMethod(`{ method: ${shown(method)} }`)
  checkOptions('accelerate', accelerate, methods[method as keyof typeof methods])
  checkPlanDocument('accelerate.plan', accelerate.plan)
  checkFlag('accelerate.fresh', accelerate.fresh)
  checkFlag('accelerate.learn', accelerate.learn)
  if (method === 'custom') checkPolicy('accelerate.policy', accelerate.policy)
  if (method === 'paper') checkLearned(accelerate.policy)
}

/** A document of the paper's policy, or none; what is in it is for its reader. */
function checkLearned(policy: unknown): void {
  if (policy === undefined || isRecord(policy)) return
  throw invalidArgument(
    'accelerate.policy',
    `${shown(policy)} is not a policy document; pass the policy of a result of generate`,
  )
}

function checkTargetOptions(accelerate: Readonly<Record<string, unknown>>): void {
  checkOptions('accelerate', accelerate, targetNames)
  checkOptions('target', accelerate.target, imageTargetNames)
  checkPlanDocument('accelerate.plan', accelerate.plan)
  if (accelerate.proxy !== undefined) checkProxy('proxy', accelerate.proxy)
  checkCallback('random', accelerate.random, '() => a number in [0, 1), e.g. createRandom(1).next')
  checkCallback('onDecision', accelerate.onDecision, '(record) => ...')
}

function unknownMethod(what: string): Error {
  const available =
    '"off", "auto", "plan", "paper", { method: "auto", ... }, { method: "plan", ... }, { method: "paper", ... }, { method: "custom", policy }, { target: { lpips or psnr } }'
  return invalidArgument('accelerate', `${what} is unknown; available: ${available}`)
}
