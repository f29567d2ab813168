import { totalmem } from 'node:os'

/** Bytes of memory of this machine, or of the container where one limits it. */
export function machineMemory(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}
