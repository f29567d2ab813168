import type { Writable } from 'node:stream'

/**
 * Standard output for frames alone: what else this process prints there from now on (`console.log`, libraries in JavaScript) goes to
 * standard error. Native code that writes to the descriptor itself is not caught.
 */
export function takeOutput(): Pick<Writable, 'cork' | 'uncork' | 'write'> {
  const { stdout, stderr } = process
  const write = stdout.write.bind(stdout) as Writable['write']
  stdout.write = stderr.write.bind(stderr) as typeof stdout.write
  return { write, cork: () => stdout.cork(), uncork: () => stdout.uncork() }
}
