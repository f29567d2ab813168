import { JsonField } from '../../json/field.ts'
import { isJsonInput, type JsonSource, parseJson } from '../../json/json.ts'
import { createSchedule, type Schedule } from '../../schedule/schedule.ts'
import type { Trajectory } from './trajectory.ts'

/** A recorded run from a file, and what its plan is to be tied to. */
export interface StoredTrajectory extends Trajectory<Float32Array> {
  /** The grid of the run; of image to image from where it began. */
  readonly schedule: Schedule
  /** Scale of guidance, where the writer knew it. */
  readonly guidance: number | null
  /** Dimensions of the latent, without the batch. */
  readonly dims: readonly number[] | null
}

const source: JsonSource = { code: 'invalid-argument', name: 'trajectory', fix: 'record the run again' }

/**
 * Reads a recorded run: its JSON text, the bytes of its file or the parsed value, as `record` of the Python package
 * `fastflow-diffusers` writes it. Hand it to {@link calibrate} as one of `recorded`, with its `schedule` and, where it names
 * a solver, that one.
 *
 * The file is small and holds no latents unless they were asked for: `states` is empty then, which is enough for
 * `calibrate({ recorded, evaluations: 0 })` and for nothing else. Its Gram matrix is of whole velocities: no joint plans.
 *
 * @throws FastFlowError `invalid-argument` naming the field that is missing or malformed (`gram`).
 */
export function parseTrajectory(stored: unknown): StoredTrajectory {
  const file = new JsonField(isJsonInput(stored) ? parseJson(stored, source) : stored, source)
  file.at('format').oneOf(['fastflow-trajectory'])
  file.at('version').oneOf([1])
  const schedule = createSchedule(
    file.at('schedule').at('name').text(),
    file.at('schedule').at('sigmas').numbers(),
  )
  const numSteps = schedule.sigmas.length - 1
  const [solver, guidance, dims] = [file.at('solver'), file.at('guidance'), file.at('dims')]
  const gram = Float64Array.from(file.at('gram').numbers({ length: numSteps ** 2 }))
  return {
    seed: file.at('seed').whole({ least: Number.MIN_SAFE_INTEGER }),
    schedule,
    ...(!solver.empty && { solver: solver.text() }),
    guidance: guidance.empty ? null : guidance.number(),
    dims: dims.empty ? null : dims.numbers({ whole: true, least: 1 }),
    gram,
    nfe: file.at('nfe').whole(),
    ...latentsIn(file, numSteps),
  }
}

function latentsIn(file: JsonField, numSteps: number): Pick<StoredTrajectory, 'states' | 'firstVelocity'> {
  if (file.at('states').empty) return { states: [], firstVelocity: new Float32Array(0) }
  const first = Float32Array.from(file.at('firstVelocity').numbers())
  const states = file.at('states').items(numSteps + 1)
  return {
    states: states.map((state) => Float32Array.from(state.numbers({ length: first.length }))),
    firstVelocity: first,
  }
}
