import type { JsonSource, Plan } from '@fastflow/core'
import { FastFlowError, invalidArgument, isRecord, parseJson, parsePlan } from '@fastflow/core'
import { type PaperState, type PolicyDocument, parsePaperDocument } from '@fastflow/pipelines'
import { readBytes, whyUnread } from './read-text.ts'

/** A checked document that `calibrate` wrote, by the method that made it. */
export type PolicyFile =
  | { readonly method: 'plan'; readonly frontier: Plan }
  | { readonly method: 'paper'; readonly document: PolicyDocument<PaperState> }

/** Reads a plan. @throws as {@link readPolicyFile}, and `invalid-argument` for a policy of the paper. */
export async function readPlanFile(path: string, field: string): Promise<Plan> {
  const policy = await readPolicyFile(path, field)
  if (policy.method === 'plan') return policy.frontier
  throw invalidArgument(field, `${path} is a policy of the paper; give a plan`)
}

/**
 * Reads a plan or a policy of the paper, told apart by their `format`. Whether it fits a model is checked where that is
 * known.
 *
 * @param field the option or argument that named the file, for errors.
 * @throws FastFlowError `policy-unreadable`.
 */
export async function readPolicyFile(path: string, field: string): Promise<PolicyFile> {
  const fix = 'write one with "fastflow calibrate --model MODEL --out FILE"'
  const source: JsonSource = { code: 'policy-unreadable', name: field, place: `${field}: ${path}`, fix }
  const unreadable = (problem: string, cause?: unknown): FastFlowError =>
    new FastFlowError({ code: 'policy-unreadable', field, message: `${source.place} ${problem}`, cause })
  const bytes = await readBytes(path).catch((cause) => {
    throw unreadable(`cannot be read (${whyUnread(cause)}); ${fix}`, cause)
  })
  const document = parseJson(bytes, source)
  const format = isRecord(document) ? document.format : undefined
  try {
    if (format === 'fastflow-plan') return { method: 'plan', frontier: parsePlan(document) }
    if (format === 'fastflow-policy') return { method: 'paper', document: parsePaperDocument(document) }
  } catch (cause) {
    if (!FastFlowError.isInstance(cause)) throw cause
    throw unreadable(`is damaged: ${cause.message}`, cause)
  }
  throw unreadable(`is neither a plan nor a policy of the paper; ${fix}`)
}
