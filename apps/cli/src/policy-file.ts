import { FastFlowError, type Frontier, parsePlan } from '@fastflow/core'
import {
  checkPolicyDocument,
  type PaperState,
  type PolicyDocument,
  type PolicyKey,
  paperPolicy,
} from '@fastflow/pipelines'
import { readText, reasonOf } from './read-text.ts'

/** A checked document that `calibrate` wrote, by the method that made it. */
export type PolicyFile =
  | { readonly method: 'plan'; readonly frontier: Frontier }
  | { readonly method: 'paper'; readonly document: PolicyDocument<PaperState> }

/**
 * Reads a plan or a policy of the paper, told apart by their `format`. Whether it fits a model is checked where that is
 * known.
 *
 * @param field the option or argument that named the file, for errors.
 * @throws FastFlowError `policy-unreadable`.
 */
export async function readPolicyFile(path: string, field: string): Promise<PolicyFile> {
  const unreadable = (problem: string, cause?: unknown): FastFlowError => {
    const message = `${field}: ${path} ${problem}`
    return new FastFlowError({ code: 'policy-unreadable', field, message, cause })
  }
  const remedy = 'write one with "fastflow calibrate --out FILE"'
  let text: string
  try {
    text = await readText(path)
  } catch (cause) {
    throw unreadable(`cannot be read (${reasonOf(cause)}); ${remedy}`, cause)
  }
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    throw unreadable(`is not valid JSON; ${remedy}`, cause)
  }
  const format = formatOf(document)
  try {
    if (format === 'fastflow-plan') return { method: 'plan', frontier: parsePlan(document) }
    if (format === 'fastflow-policy') return { method: 'paper', document: parsePaper(document) }
  } catch (cause) {
    if (!FastFlowError.isInstance(cause)) throw cause
    throw unreadable(`is damaged: ${cause.message}`, cause)
  }
  throw unreadable(`is neither a plan nor a policy of the paper; ${remedy}`)
}

function formatOf(document: unknown): unknown {
  return typeof document === 'object' && document !== null && 'format' in document
    ? document.format
    : undefined
}

/** A document of the paper's policy, checked against its own key and arms. */
function parsePaper(value: unknown): PolicyDocument<PaperState> {
  const { key } = value as { readonly key: PolicyKey }
  const document = checkPolicyDocument(value, key)
  const { arms } = document.state as Partial<PaperState>
  return { ...document, state: paperPolicy(Array.isArray(arms) ? { arms } : {}).parse(document.state) }
}
