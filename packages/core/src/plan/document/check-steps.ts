import { shown } from '../../check/shown.ts'
import { isNumbers } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import { isRecord } from '../../json/json.ts'
import type { PlannedSteps } from './planned-steps.ts'

/** A planned run from outside: where it evaluates. @throws FastFlowError `invalid-argument` naming the field. */
export function checkNodes(
  steps: Pick<PlannedSteps, 'nodes' | 'guidance'>,
  numSteps: number = Infinity,
): void {
  if (!isRecord(steps))
    throw invalidArgument(
      'steps',
      `${shown(steps)} is not a planned run; pass an entry of a plan, or planFromMask(mask, schedule)`,
    )
  checkRising('steps.nodes', steps.nodes, numSteps)
  if (steps.guidance === undefined) return
  if (!isRecord(steps.guidance))
    throw invalidArgument('steps.guidance', `${shown(steps.guidance)} is not an object`)
  checkRising('steps.guidance.nodes', steps.guidance.nodes, numSteps)
}

/** The same, and how it jumps. */
export function checkSteps(steps: PlannedSteps, numSteps: number): void {
  checkNodes(steps, numSteps)
  const { nodes, weights, stateWeight, guidance } = steps
  checkRows('steps.weights', weights, nodes.length)
  if (guidance !== undefined) checkRows('steps.guidance.weights', guidance.weights, nodes.length)
  if (stateWeight !== undefined && !Number.isFinite(stateWeight))
    throw invalidArgument('steps.stateWeight', `${shown(stateWeight)} is not a number`)
}

function checkRising(field: string, nodes: unknown, numSteps: number): void {
  const rising =
    Array.isArray(nodes) &&
    nodes[0] === 0 &&
    nodes.every((node, m) => Number.isInteger(node) && node < numSteps && node > (nodes[m - 1] ?? -1))
  if (rising) return
  const within = Number.isFinite(numSteps) ? ` below ${numSteps}` : ''
  throw invalidArgument(field, `${shown(nodes)} are not grid indices that rise from 0${within}`)
}

function checkRows(field: string, rows: unknown, count: number): void {
  if (Array.isArray(rows) && rows.length === count && rows.every((row) => isNumbers(row) && row.length > 0))
    return
  throw invalidArgument(field, `${shown(rows)} are not ${count} lists of numbers, one for each node`)
}
