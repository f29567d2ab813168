import { FastFlowError } from '@fastflow/core'

const REMEDY = 'look whether Redis is reachable and takes writes'

export function unreadable(key: string, cause: unknown): FastFlowError {
  const message = `the policy ${key} cannot be read (${reason(cause)}); ${REMEDY}`
  return new FastFlowError({ code: 'policy-unreadable', field: key, message, cause })
}

export function unwritable(key: string, cause: unknown): FastFlowError {
  const message = `the policy ${key} cannot be saved (${reason(cause)}); ${REMEDY}`
  return new FastFlowError({ code: 'output-unwritable', field: key, message, cause })
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
