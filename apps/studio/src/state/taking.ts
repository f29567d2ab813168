import type { Accelerate } from '@fastflow/pipelines'
import { EngineError } from '../engine/client.ts'
import type { StepReport, Take } from '../engine/protocol.ts'
import type { Desk } from './desk.ts'
import type { PictureRequest } from './picture-request.ts'
import { plainMethod } from './plain.ts'
import { optionsOf } from './request.ts'
import type { Side } from './state.ts'

export interface Taking {
  /** Where its steps are shown; nowhere where it is left out. */
  readonly side?: Side
  readonly signal: AbortSignal
  readonly onStep: (report: StepReport) => void
}

/** One generation of a request, whose steps are shown on the stage. */
export async function take(
  { store, ask }: Desk,
  request: PictureRequest,
  accelerate: Accelerate,
  { side, signal, onStep }: Taking,
  numSteps: number = request.settings.numSteps,
): Promise<Take> {
  const input = { subject: request.subject, options: { ...optionsOf(request), numSteps }, accelerate }
  const onReport = (report: StepReport): void => {
    if (side) store.set({ step: { side, report } })
    onStep(report)
  }
  const made = await ask('generate', request.model, input, { signal, onReport })
  store.set({ step: undefined })
  return made
}

/** The same noise with as many evaluations and without FastFlow; undefined for a grid that the settings do not allow. */
export async function takePlain(
  desk: Desk,
  request: PictureRequest,
  nfe: number,
  taking: Taking,
): Promise<Take | undefined> {
  try {
    const made = await take(desk, request, 'off', taking, nfe)
    return { ...made, method: plainMethod(nfe) }
  } catch (error) {
    if (error instanceof EngineError && error.code === 'invalid-argument') return undefined
    throw error
  }
}
