import {
  brief,
  FastFlowError,
  type GuidanceInterval,
  invalidArgument,
  isJsonInput,
  isRecord,
  JsonField,
  type JsonSource,
  sameJson,
} from '@fastflow/core'
import { checkMethods, checkText } from '@fastflow/core/backend'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** Everything that changes what a policy would learn. A policy applies only where all of it is equal. */
export interface PolicyKey {
  /** SHA-256 of the velocity network's file. */
  readonly model: string
  readonly sigmas: readonly number[]
  readonly guidanceScale: number
  /** Where guidance acts; missing where it acts at all noise levels. */
  readonly guidanceInterval?: GuidanceInterval
  /** Shape of one sample. */
  readonly dims: readonly number[]
  readonly dtype: string
  readonly extrapolator: string
  /** Name and options of the learning policy, e.g. `ucb1-skip c=0.2 price=0.4 arms=0,2,4,6`. */
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

/** The fields of a key in the order that digests are computed in; never to be changed. */
const fields = [
  'model',
  'sigmas',
  'guidanceScale',
  'dims',
  'dtype',
  'extrapolator',
  'policy',
] as const satisfies readonly (keyof PolicyKey)[]

/** Name a document is stored under: SHA-256, in hex, of its key, whatever the order the key was written in. */
export function policyDigest(key: PolicyKey): string {
  checkKey(key)
  const { guidanceInterval } = key
  const values = [...fields.map((field) => key[field]), ...(guidanceInterval ? [guidanceInterval] : [])]
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(values))))
}

/**
 * Checks a document that came from outside against what it is about to be applied to. The state is checked by the
 * policy it belongs to.
 *
 * @param source where the document was found, for the message.
 * @throws FastFlowError `policy-unreadable` when it is no policy document, `policy-mismatch` naming the
 *   first field of the key that differs.
 */
export function checkPolicyDocument(document: unknown, key: PolicyKey, source = 'policy'): PolicyDocument {
  checkText('source', source, 'where the document was found')
  const file = policyField(document, source)
  const learned = headOf(file)
  checkKey(key)
  for (const field of [...fields, 'guidanceInterval'] as const) {
    const { value } = learned.at(field)
    if (!sameJson(value, key[field])) throw mismatch(source, field, value, key)
  }
  return { format: 'fastflow-policy', version: 1, kind: 'bandit-skip', key, state: file.at('state').value }
}

/**
 * The key a document says it was learned under.
 *
 * @param source where the document was found, for the message.
 * @throws FastFlowError `policy-unreadable` naming the field.
 */
export function parsePolicyKey(document: unknown, source = 'policy'): PolicyKey {
  const key = headOf(policyField(document, source))
  for (const name of ['model', 'dtype', 'extrapolator', 'policy']) key.at(name).text()
  key.at('sigmas').numbers()
  key.at('guidanceScale').number()
  key.at('dims').numbers({ whole: true, least: 1 })
  const interval = key.at('guidanceInterval')
  if (interval.value !== undefined) interval.numbers({ length: 2 })
  return key.value as PolicyKey
}

/** A document of a policy, to be read from; errors are `policy-unreadable`. */
export function policyField(document: unknown, source: string): JsonField {
  return new JsonField(document, policySource(source))
}

/** What errors say of the document of a policy. */
export function policySource(source: string): JsonSource {
  return {
    code: 'policy-unreadable',
    name: 'policy.format',
    prefix: 'policy.',
    place: `${source}:`,
    fix: 'restore the policy, or delete it to learn anew',
  }
}

/** Checks what every policy document has, up to its key, which is returned. */
function headOf(file: JsonField): JsonField {
  if (!isPolicy(file.value)) throw file.wrong(insteadOfPolicy(file.value))
  file.at('version').oneOf([1])
  file.at('kind').oneOf(['bandit-skip'])
  file.at('state').record()
  file.at('key').record()
  return file.at('key')
}

/** What people have at hand in its place, and what to pass. */
function insteadOfPolicy(value: unknown): string {
  const parsed = 'pass what JSON.parse makes of'
  if (isJsonInput(value)) return `is unread text or bytes: ${parsed} them`
  if (!isRecord(value)) return 'format is not a FastFlow policy document'
  if (typeof value.then === 'function') return 'is a promise: await it first'
  if (typeof value.href === 'string') return `is the address ${value.href}: read the file and ${parsed} it`
  if (typeof value.text === 'function') return `is a file that nobody has read yet: ${parsed} its text`
  if (
    value.format === 'fastflow-plan' ||
    (isRecord(value.document) && value.document.format === 'fastflow-plan')
  )
    return 'is a plan: pass { method: "plan", plan } to follow it'
  return 'format is not a FastFlow policy document'
}

function isPolicy(document: unknown): boolean {
  return isRecord(document) && document.format === 'fastflow-policy'
}

function mismatch(source: string, field: keyof PolicyKey, learned: unknown, key: PolicyKey): FastFlowError {
  const difference = `${field} is ${brief(learned)} in the policy and ${brief(key[field])} in this run`
  return new FastFlowError({
    code: 'policy-mismatch',
    field: `policy.key.${field}`,
    message: `${source}: ${difference}; learn a policy for these settings, or run with the policy's`,
  })
}

function checkKey(key: PolicyKey): void {
  checkMethods('key', key, [], 'a policy key, as policyKey() of a pipeline gives it')
  const missing = fields.find((field) => key[field] === undefined)
  if (missing !== undefined)
    throw invalidArgument('key', `has no ${missing}; pass what policyKey() of a pipeline gives`)
}
