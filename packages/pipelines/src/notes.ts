import { shown } from '@fastflow/core/backend'

/**
 * Does what no result depends on, such as storing what was learned. Whatever goes wrong with it is one note a call, however
 * often it goes wrong.
 *
 * @param what went wrong then, e.g. `the plan cannot be stored`.
 * @returns whether it was done.
 */
export async function attempt(notes: string[], what: string, work: () => unknown): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    const known = notes.some((note) => note.startsWith(`${what}: `))
    if (!known) notes.push(`${what}: ${messageOf(error)}`)
    return false
  }
}

/** What an error says, or anything else that was thrown. */
export function messageOf(error: unknown): string {
  if (typeof error === 'string') return error
  return error instanceof Error ? error.message : shown(error)
}

/** Hands on, every time it is called, the notes that are new. */
export function teller(
  notes: readonly string[],
  onNote: ((note: string) => unknown) | undefined,
): () => void {
  let told = 0
  return () => {
    for (; told < notes.length; told++) onNote?.(notes[told]!)
  }
}
