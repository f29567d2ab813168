import { execFileSync } from 'node:child_process'

/** A process that runs networks, as the system sees it. */
export interface Running {
  readonly pid: number
  /** Seconds of the processor it has used. */
  readonly seconds: number
}

/** Processes of networks that work for `parent`. */
export function networksOf(parent: number): Running[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,cputimes=,args='], { encoding: 'utf8' })
  return table.split('\n').flatMap((line) => {
    const [, pid, ppid, seconds, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    if (Number(ppid) !== parent || !command.includes('child.js')) return []
    return [{ pid: Number(pid), seconds: Number(seconds) }]
  })
}
