import { normalized } from './sets.ts'

export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

let runs: RegExp | undefined

/**
 * A normalization form as the reference knows it: characters that came to Unicode later stay as they are, and
 * end the run that is put in order and composed.
 */
export function normalize(text: string, form: Form): string {
  runs ??= new RegExp(`${normalized.source()}+`, 'gv')
  return text.replace(runs, (run) => run.normalize(form))
}

/** Character by character: a sigma at the end of a word is no other one, as it is for `toLowerCase`. */
export function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase()
}
