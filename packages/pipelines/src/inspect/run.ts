import { runKeyOf } from '../task/run-key.ts'
import type { TaskModel } from '../task/task-model.ts'
import { whyOff } from '../task/why-off.ts'
import { attempt } from './attempt.ts'
import type { InspectedRun } from './document.ts'
import { inspectGuidance } from './guidance.ts'

/** Largest multiple of pixels that is looked for. */
const MOST_MULTIPLE = 1024

/** How a model is run unless told otherwise. Runs nothing. */
export function inspectRun(model: TaskModel): InspectedRun {
  const { task, defaults, options } = model
  const shape = model.shape({})
  const { width, height, numFrames, dims } = shape
  const run = runKeyOf(model, {})
  const { schedule, timesteps, solver } = run
  const off = whyOff(run)
  return {
    task,
    defaults,
    options,
    width,
    height,
    numFrames,
    multiple: options.includes('width') ? multipleOf(model) : null,
    dims,
    schedule: schedule.name,
    sigmas: schedule.sigmas,
    timesteps,
    solver: solver().name,
    guidance: inspectGuidance(model, run),
    acceleration: {
      applies: off === undefined,
      why: off ?? 'there are steps to leave out: --accelerate auto, or accelerate: "auto"',
    },
  }
}

/** The least side that the model makes, of which all others are multiples. */
function multipleOf(model: TaskModel): number | null {
  for (let side = 1; side <= MOST_MULTIPLE; side++)
    if (attempt(() => model.shape({ width: side, height: side })) !== undefined) return side
  return null
}
