import { invalidArgument, isRecord } from '@fastflow/core'
import {
  checkCallback,
  checkFlag,
  checkOptions,
  checkPolicy,
  type OptionNames,
  shown,
} from '@fastflow/core/backend'
import { checkPlanDocument } from '../plan/check-document.ts'
import { checkProxy } from '../target/check-proxy.ts'
import type { ImageTarget, TargetAcceleration } from '../target/options.ts'
import { paperNames } from '../task/option-names.ts'
import type { AutoAcceleration, CustomAcceleration, PaperAcceleration, PlanAcceleration } from './options.ts'

const autoNames: OptionNames<AutoAcceleration> = {
  method: true,
  nfe: true,
  passes: true,
  psnr: true,
  confidence: true,
}
const planNames: OptionNames<PlanAcceleration> = { ...autoNames, plan: true }
const paperNamesOf: OptionNames<PaperAcceleration> = {
  ...paperNames,
  method: true,
  policy: true,
  fresh: true,
  learn: true,
}
const customNames: OptionNames<CustomAcceleration> = { method: true, policy: true }
const targetNames: OptionNames<TargetAcceleration> = {
  target: true,
  choose: true,
  bandit: true,
  conservative: true,
  mode: true,
  measure: true,
  proxy: true,
  plan: true,
  random: true,
  onDecision: true,
}
const imageTargetNames: OptionNames<ImageTarget> = { lpips: true, psnr: true, confidence: true }

const methods = { auto: autoNames, plan: planNames, paper: paperNamesOf, custom: customNames } as const

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
    throw invalidArgument('accelerate', 'is a Frontier; pass { method: "plan", plan: plan.document }')
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
