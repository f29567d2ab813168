import { FastFlowError } from '@fastflow/core'

/** A field that does not hold what the format asks for; `path` is where it stands in the document. */
export function unreadable(path: string, problem: string): FastFlowError {
  const message = `${path}: ${problem}; restore the file`
  return new FastFlowError({ code: 'model-unreadable', field: path, message })
}

/** A field that asks for what this version does not do. */
export function unsupported(path: string, problem: string): FastFlowError {
  const message = `${path}: ${problem}; use another tokenizer, or export it without this`
  return new FastFlowError({ code: 'unsupported', field: path, message })
}
