import { SCRIPTS } from './tables.ts'

let starts: Uint32Array | undefined
let ends: Uint32Array | undefined
let scripts: Uint8Array | undefined

/** A number for the script of a character as `UnicodeScripts` takes it; 0 goes with every script. */
export function scriptOf(code: number): number {
  if (starts === undefined) read()
  let low = 0
  let high = starts!.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends![middle]! < code) low = middle + 1
    else high = middle
  }
  return low < starts!.length && starts![low]! <= code ? scripts![low]! : 0
}

function read(): void {
  const parts = SCRIPTS.split(' ')
  starts = new Uint32Array(parts.length)
  ends = new Uint32Array(parts.length)
  scripts = new Uint8Array(parts.length)
  let end = 0
  for (const [k, part] of parts.entries()) {
    const [gap, length, script] = part.split(',').map((field) => Number.parseInt(field, 36))
    starts[k] = end + gap!
    end = starts[k]! + length!
    ends[k] = end - 1
    scripts[k] = script!
  }
}
