import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * What is known of the process behind a name. `unknown` is one in another container, on another machine or of another
 * boot: its number says nothing here, only its files do.
 */
export type OwnerState = 'running' | 'ended' | 'unknown'

/** `<boot><namespace>-<pid>-<start>-<random>`. */
const NAME = /^([0-9a-f]{8})([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{12}$/

/** Names of earlier versions: `<host>-<pid>-<random>`. */
const OF_BEFORE = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{12}$/

/**
 * Files of processes that cannot be asked about count as left behind after this long without a sign of life, in milliseconds:
 * on the same machine, in another container; and elsewhere, where file systems may show ages that are a minute old.
 */
export const LEASE_MS = 15_000
const LEASE_ELSEWHERE_MS = 180_000

interface Self {
  /** Eight letters that stand for this host and boot. */
  readonly boot: string
  /** Eight that stand for the namespace of process ids. */
  readonly namespace: string
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
  const { boot, namespace, start } = whoAmI()
  return `${boot}${namespace}-${process.pid}-${start}-${randomBytes(6).toString('hex')}`
}

export function isOwner(name: string): boolean {
  return NAME.test(name) || OF_BEFORE.test(name)
}

/** Whether a name is of an earlier version, which does not look again whether what it appended is still there. */
export function isOfBefore(owner: string): boolean {
  return OF_BEFORE.test(owner)
}

/** How long the files of an owner whose state is unknown may be silent. */
export function leaseOf(owner: string): number {
  return NAME.exec(owner)?.[1] === whoAmI().boot ? LEASE_MS : LEASE_ELSEWHERE_MS
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
  const { boot, namespace, host, start: known, knowsAll } = whoAmI()
  const before = OF_BEFORE.exec(owner)
  if (before !== null) return before[1] === host && !isRunning(Number(before[2])) ? 'ended' : 'unknown'
  const [, itsBoot, itsNamespace, pid, start] = NAME.exec(owner) ?? []
  if (itsBoot !== boot || itsNamespace !== namespace) return 'unknown'
  if (!isRunning(Number(pid))) return knowsAll ? 'ended' : 'unknown'
  const found = start === '0' || known === '0' ? undefined : startOf(Number(pid))
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
    boot: digest(`${hostname()}\n${textOf('/proc/sys/kernel/random/boot_id')}`),
    namespace: digest(namespace),
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
