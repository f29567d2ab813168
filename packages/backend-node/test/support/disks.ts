import { spawnSync } from 'node:child_process'

/** Whether file systems can be mounted here; tests that need that are skipped where not. */
export const canMount: boolean =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0

/** Whether processes can have namespaces of process ids of their own here, as containers have. */
export const canUnshare: boolean =
  process.platform === 'linux' &&
  spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0

/** Mounts a small disk in memory at a folder. @returns what takes it away again. */
export function mountDisk(folder: string, size: string): () => void {
  run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder)
  return () => run('umount', folder)
}

export function makeReadOnly(folder: string): void {
  run('mount', '-o', 'remount,ro', folder)
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}
