import { invalidArgument } from '../errors.ts'
import type { JsonField } from '../json/field.ts'
import type { GridRequest } from './grid.ts'
import { isOn, nameOf, numberOf } from './read-config.ts'

/**
 * The shift of a config: `field`, or with dynamic shifting `e^mu` (`exponential`) or `mu` (`linear`).
 *
 * @throws FastFlowError `invalid-argument` where it is not positive, or where dynamic shifting lacks what mu is made of.
 */
export function shiftOf(
  file: JsonField,
  field: string,
  request: Pick<GridRequest, 'mu' | 'imageSeqLen'>,
): number {
  const shift = isOn(file.at('use_dynamic_shifting')) ? dynamicShift(file, request) : numberOf(file, field, 1)
  if (shift > 0 && shift < Infinity) return shift
  throw file.at(field).wrong(`comes to ${shift}, not to a positive number`)
}

function dynamicShift(file: JsonField, request: Pick<GridRequest, 'mu' | 'imageSeqLen'>): number {
  const mu = request.mu ?? muOf(file, request.imageSeqLen)
  const type = nameOf(file, 'time_shift_type', 'exponential', ['exponential', 'linear'])
  return type === 'linear' ? mu : Math.exp(mu)
}

/** `mu` as FLUX and most pipelines make it: linear in the number of latent tokens. */
function muOf(file: JsonField, imageSeqLen: number | undefined): number {
  if (imageSeqLen === undefined) {
    throw invalidArgument(
      'imageSeqLen',
      'the scheduler shifts dynamically, the number of latent tokens is needed',
    )
  }
  const base = numberOf(file, 'base_shift', 0.5)
  const max = numberOf(file, 'max_shift', 1.15)
  const from = numberOf(file, 'base_image_seq_len', 256)
  const to = numberOf(file, 'max_image_seq_len', 4096)
  return base + ((max - base) / (to - from)) * (imageSeqLen - from)
}

/** {@link stretchToTerminal} to `shift_terminal`, where the config has one. */
export function stretched(file: JsonField, sigmas: readonly number[]): readonly number[] {
  const terminal = terminalOf(file)
  return terminal === 0 ? sigmas : stretchToTerminal(sigmas, terminal)
}

/** `shift_terminal`; 0 where there is none. */
export function terminalOf(file: JsonField): number {
  const terminal = numberOf(file, 'shift_terminal', 0)
  if (terminal >= 0 && terminal < 1) return terminal
  throw file.at('shift_terminal').wrong('is not a sigma in [0, 1)')
}

/** Moves the last nonzero sigma to `terminal`, keeping the first: `1 - (1 - sigma) (1 - terminal) / (1 - sigma_last)`. */
function stretchToTerminal(sigmas: readonly number[], terminal: number): readonly number[] {
  const last = sigmas.at(-1)!
  if (last === 1) return sigmas
  const scale = (1 - terminal) / (1 - last)
  return sigmas.map((sigma) => 1 - (1 - sigma) * scale)
}
