import { psnr } from '@fastflow/proxies'
import type { Take } from '../engine/protocol.ts'

/** Fidelity of a take to the full run, in dB of 8-bit pixels; of a clip the mean over its frames. */
export function fidelityOf(take: Take | undefined, full: Take | undefined): number | undefined {
  if (take === undefined || full === undefined) return undefined
  const frames = take.clip?.frames ?? [take.image]
  const references = full.clip?.frames ?? [full.image]
  const sum = frames.reduce((total, frame, n) => total + psnr(frame, references[n]!), 0)
  return sum / frames.length
}
