import { FastFlowError, reasonOf } from '@fastflow/core'
import type { FolderProblem } from './document.ts'

/** Collects what is wrong, each thing once. */
export interface Problems {
  readonly list: readonly FolderProblem[]
  add(error: unknown, field: string): void
  /** What `work` gives; undefined where it fails, which is collected. */
  attempt<Result>(field: string, work: () => Promise<Result> | Result): Promise<Result | undefined>
}

/** @throws whatever is collected with code `aborted`. */
export function collectProblems(): Problems {
  const list: FolderProblem[] = []
  const add = (error: unknown, field: string): void => {
    const problem = FastFlowError.isInstance(error)
      ? { code: error.code, field: error.field, message: error.message }
      : { code: 'model-unreadable', field, message: `${field}: ${reasonOf(error)}` }
    if (problem.code === 'aborted') throw error
    if (!list.some(({ message }) => message === problem.message)) list.push(problem)
  }
  return {
    list,
    add,
    async attempt(field, work) {
      try {
        return await work()
      } catch (error) {
        add(error, field)
        return undefined
      }
    },
  }
}
