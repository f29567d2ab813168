import { fixed } from '@fastflow/report'

/** Evaluations that happened, of those a full run makes. */
export function evaluations({ nfe, steps }: { readonly nfe: number; readonly steps: number }): string {
  return `${nfe} of ${steps} steps evaluated`
}

/** What became of the steps of a jump. */
export function jumpWords(jump: string): string {
  const pass = jump.startsWith('G') ? 'G, conditional pass only' : 'C, computed in full'
  const skipped = jump.length - 1
  return skipped === 0 ? pass : `${pass}; ${skipped} skipped`
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 10_000 ? `${fixed(ms / 1000, 2)} s` : `${fixed(ms / 1000, 1)} s`
}

export function megabytes(bytes: number): string {
  return `${fixed(bytes / 1e6, bytes < 1e7 ? 1 : 0)} MB`
}

/** Names of measures as people write them. */
export function measuresSpelled(text: string): string {
  return text.replace(/\b(?:psnr|lpips)\b/g, (name) => name.toUpperCase())
}

/** Names of stored documents in messages, which are the digest of all they depend on, as people would say it. */
export function documentsSpelled(text: string): string {
  return text
    .replace(/^following the stored policy [0-9a-f]{64}/, 'following the plan that is kept on this device')
    .replace(/^following \S+\/policies\/[0-9a-f]{64}\.json/, 'following the plan that came with the model')
    .replace(/(?:https?:\S+\/)(policies\/[0-9a-f]{64}\.json)/g, '$1')
}

/** A message as a sentence. Names of files and options at its start stay as they are. */
export function sentence(text: string): string {
  const whole = /[.!?]$/.test(text) ? text : `${text}.`
  return /^[\p{L}-]+[ ,]/u.test(whole) ? `${whole.charAt(0).toUpperCase()}${whole.slice(1)}` : whole
}
