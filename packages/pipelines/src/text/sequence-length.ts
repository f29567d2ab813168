import { invalidArgument } from '@fastflow/core'
import { checkWhole } from '@fastflow/core/backend'

/** More tokens than any of these encoders is trained for. */
const MOST = 4096

/**
 * Tokens of a prompt: those asked for, else the pipeline's default.
 *
 * @throws FastFlowError `invalid-argument` where it is no whole number from 1 to `most`.
 */
export function sequenceLength(given: number | undefined, otherwise: number, most: number = MOST): number {
  const length = checkWhole('maxSequenceLength', given ?? otherwise, 1)
  if (length <= most) return length
  throw invalidArgument('maxSequenceLength', `${length} is more than this model takes; pass ${most} or less`)
}
