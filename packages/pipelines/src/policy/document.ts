import { FastFlowError } from '@fastflow/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** Everything that changes what a policy would learn. A policy applies only where all of it is equal. */
export interface PolicyKey {
  /** SHA-256 of the velocity network's file. */
  readonly model: string
  readonly sigmas: readonly number[]
  readonly guidanceScale: number
  readonly dims: readonly number[]
  readonly dtype: string
  readonly extrapolator: string
  /** Name and options of the learning policy, e.g. `ucb1-skip c=0.2 arms=0,2,4,6`. */
  readonly policy: string
}

/** A learned policy as plain JSON: what it was learned on, and the state. */
export interface PolicyDocument<State = unknown> {
  readonly format: 'fastflow-policy'
  readonly version: 1
  readonly kind: 'bandit-skip'
  readonly key: PolicyKey
  readonly state: State
}

/** Name a document is stored under: a digest of its key. */
export function policyDigest(key: PolicyKey): string {
  const { model, sigmas, guidanceScale, dims, dtype, extrapolator, policy } = key
  const canonical = JSON.stringify([model, sigmas, guidanceScale, dims, dtype, extrapolator, policy])
  return bytesToHex(sha256(utf8ToBytes(canonical)))
}

/**
 * Checks a document that came from outside against what it is about to be applied to.
 *
 * @throws FastFlowError `policy-unreadable` when it is no policy document, `policy-mismatch` naming the
 *   first field of the key that differs.
 */
export function checkPolicyDocument(document: unknown, key: PolicyKey): PolicyDocument {
  const candidate = document as Partial<PolicyDocument> | null | undefined
  if (typeof candidate !== 'object' || candidate === null || candidate.format !== 'fastflow-policy') {
    throw unreadable('format', 'is not a FastFlow policy document')
  }
  if (candidate.version !== 1)
    throw unreadable('version', `is ${JSON.stringify(candidate.version)}, this version reads 1`)
  if (candidate.kind !== 'bandit-skip')
    throw unreadable('kind', `${JSON.stringify(candidate.kind)} is not bandit-skip`)
  if (typeof candidate.key !== 'object' || candidate.key === null) throw unreadable('key', 'is missing')
  if (typeof candidate.state !== 'object' || candidate.state === null) throw unreadable('state', 'is missing')
  for (const field of Object.keys(key) as (keyof PolicyKey)[]) {
    const learned = JSON.stringify(candidate.key[field])
    const wanted = JSON.stringify(key[field])
    if (learned !== wanted) throw mismatch(field, learned, wanted)
  }
  return candidate as PolicyDocument
}

function unreadable(field: string, problem: string): FastFlowError {
  return new FastFlowError({
    code: 'policy-unreadable',
    field: `policy.${field}`,
    message: `policy.${field}: ${problem}; delete the policy to learn it anew`,
  })
}

function mismatch(field: string, learned: string | undefined, wanted: string): FastFlowError {
  const short = (text: string | undefined): string => (text ?? 'nothing').slice(0, 60)
  return new FastFlowError({
    code: 'policy-mismatch',
    field: `policy.key.${field}`,
    message: `policy.key.${field}: learned for ${short(learned)}, this run has ${short(wanted)}; learn a policy for these settings`,
  })
}
