import { spawn } from 'node:child_process'
import { isMainThread, type Worker } from 'node:worker_threads'
import { childEnvironment } from './environment.ts'
import { awaitOutside, closeGate, type NativeGate } from './native-gate.ts'

/** What threads at work have left, once the process wants to exit. */
const graceMs = 2000

const atWork = new Map<Worker, NativeGate>()

/**
 * Lets the process exit although this thread may never end its work.
 *
 * Node terminates its threads when it exits, even in `process.exit`, which ends the process in the middle if they are inside
 * native code (see {@link NativeGate}), and then waits for them; no call ends them. So the exit waits until they are outside. A
 * signal ends a process that has not gone two seconds after its exit began, and its exit code is lost.
 */
export function guardExit(worker: Worker, gate: NativeGate, working: boolean): void {
  if (working) atWork.set(worker, gate)
  else atWork.delete(worker)
  if (!process.listeners('exit').includes(watchExit)) process.on('exit', watchExit)
}

function watchExit(): void {
  const inside = [...atWork.values()].filter(closeGate)
  if (inside.length === 0) return
  // Inside a worker of the user's, `exit` is the end of that thread alone.
  if (isMainThread) killAfterGrace()
  // Longer than that takes: who is killed has lost the exit code, who is terminated says that it crashed.
  const last = performance.now() + 2 * graceMs
  for (const gate of inside) awaitOutside(gate, Math.max(0, last - performance.now()))
}

function killAfterGrace(): void {
  // An orphan has another parent: nobody is killed who got the process id afterwards.
  const script = `
    setTimeout(() => { try { process.kill(${process.pid}, 'SIGKILL') } catch {} process.exit() }, ${graceMs})
    setInterval(() => {
      try { process.kill(${process.pid}, 0) } catch { process.exit() }
      if (process.platform !== 'win32' && process.ppid !== ${process.pid}) process.exit()
    }, 20)`
  const options = { detached: true, windowsHide: true, stdio: 'ignore', env: childEnvironment() } as const
  spawn(process.execPath, ['-e', script], options).unref()
}
