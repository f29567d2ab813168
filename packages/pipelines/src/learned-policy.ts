import { emulate, type Extrapolator, frozen, type PolicyStore, type SkipPolicy } from '@fastflow/core'
import type { PaperAcceleration } from './generate.ts'
import { checkPolicyDocument, type PolicyDocument, type PolicyKey, policyDigest } from './policy/document.ts'
import { type PaperState, paperPolicy } from './policy/paper.ts'

/** A learning policy between two generations. */
export interface LearnedPolicy {
  readonly policy: SkipPolicy<PaperState>
  state: PaperState | undefined
  document(): PolicyDocument | undefined
  /** Stores what was learned; does nothing for a frozen policy. */
  save(): Promise<void>
}

/** Settings of a run that are part of every policy key. */
export type RunKey = Omit<PolicyKey, 'extrapolator' | 'policy'>

/** Extrapolation of the paper: linear, through the last two velocities. */
export const paperExtrapolator: Extrapolator = emulate(2)

/** Takes up learning where the given document, or else the store, left it. */
export async function openLearnedPolicy(
  options: PaperAcceleration,
  run: RunKey,
  store: PolicyStore,
): Promise<LearnedPolicy> {
  const { policy, id, parse } = paperPolicy(options)
  const key: PolicyKey = { ...run, extrapolator: paperExtrapolator.name, policy: id }
  const digest = policyDigest(key)
  const stored = options.policy ?? (options.fresh ? undefined : await store.load(digest))
  const learn = options.learn ?? true
  const learned: LearnedPolicy = {
    policy: learn ? policy : frozen(policy),
    state: stored === undefined ? undefined : parse(checkPolicyDocument(stored, key).state),
    document() {
      const { state } = learned
      return state && { format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state }
    },
    async save() {
      const document = learned.document()
      if (learn && document) await store.save(digest, document)
    },
  }
  return learned
}
