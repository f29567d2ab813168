import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * What is known of the process behind a name. `unknown` is one in another container, on another machine or of another
 * boot: its number says nothing here, only its files do.
 */
export type OwnerState = 'running' | 'ended' | 'unknown'

/** `<place>-<pid>-<start>-<random>`, and the names of before: `<host>-<pid>-<random>`. */
const NAME = /^([0-9a-f]{8})-(\d+)-(?:(\d+)-)?([0-9a-f]{12})$/

interface Self {
  /** Eight letters that stand for this host, boot and namespace of process ids. */
  readonly place: string
  /** Those of names of before, for the host name alone. */
  readonly host: string
  /** When this process started, in ticks since boot; 0 where the system does not say. */
  readonly start: string
  /** Whether a number that nobody has here is nobody's: containers that are not told apart may have it. */
  readonly knowsAll: boolean
}

let self: Self | undefined

/** A name nobody else has, for what a process leaves in a shared folder: it says whose it is. */
export function createOwner(): string {
  const { place, start } = whoAmI()
  return `${place}-${process.pid}-${start}-${randomBytes(6).toString('hex')}`
}

export function isOwner(name: string): boolean {
  return NAME.test(name)
}

/** Whether a name is of an earlier version, which does not look again whether what it appended is still there. */
export function isOfBefore(owner: string): boolean {
  return NAME.exec(owner)?.[3] === undefined
}

/** The part of a name no other has, whatever is said of its process. */
export function randomPart(owner: string): string {
  return owner.slice(-12)
}

/**
 * Whether the process behind a name still runs. A process id alone does not tell: in containers every first process has the
 * id 1, and elsewhere ids come again. So host, boot, namespace and start of the process have to be the same too.
 */
export function stateOf(owner: string): OwnerState {
  const match = NAME.exec(owner)
  if (match === null) return 'unknown'
  const [, place, pid, start] = match
  const { place: here, host, start: known, knowsAll } = whoAmI()
  if (place !== (start === undefined ? host : here)) return 'unknown'
  if (!isRunning(Number(pid))) return knowsAll ? 'ended' : 'unknown'
  const found = start === undefined || start === '0' || known === '0' ? undefined : startOf(Number(pid))
  if (found === undefined) return 'unknown'
  return found === start ? 'running' : 'ended'
}

function whoAmI(): Self {
  self ??= findSelf()
  return self
}

function findSelf(): Self {
  const namespace = linkOf('/proc/self/ns/pid')
  return {
    place: digest([hostname(), textOf('/proc/sys/kernel/random/boot_id'), namespace].join('\n')),
    host: digest(hostname()),
    // Where /proc belongs to another namespace of process ids, its numbers are not ours.
    start: linkOf('/proc/self') === String(process.pid) ? (startOf(process.pid) ?? '0') : '0',
    knowsAll: process.platform !== 'linux' || namespace !== '',
  }
}

/** Field 22 of /proc/PID/stat; the name of the program before it may hold spaces and brackets. */
function startOf(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`)
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return start !== undefined && /^\d+$/.test(start) ? start : undefined
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process that may not be asked is there all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
