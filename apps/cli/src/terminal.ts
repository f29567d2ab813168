import { visible, visibleLine } from '@fastflow/report'
import type { Io } from './io.ts'

/**
 * The same places to write to, through which nothing that a prompt, a file or its name brings along reaches the terminal
 * unseen. Everything a command prints goes through this.
 */
export function guarded(io: Io): Io {
  const { rewrite } = io
  return {
    ...io,
    out: (text) => io.out(visible(text)),
    log: (text) => io.log(visible(text)),
    rewrite: rewrite && ((text) => rewrite(visibleLine(text))),
  }
}
