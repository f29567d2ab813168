import { spawn } from 'node:child_process'
import { isMainThread, type Worker } from 'node:worker_threads'
import { childEnvironment } from './environment.ts'

/** What threads at work have left, once the process wants to exit. */
const graceMs = 2000

const atWork = new Set<Worker>()

/**
 * Lets the process exit although this thread may never end its work.
 *
 * Node waits for its threads when it exits, even in `process.exit`, and no call ends a thread inside native code. A signal
 * does: a process that has not gone two seconds after its exit began is killed, and its exit code is lost.
 */
export function guardExit(worker: Worker, working: boolean): void {
  if (working) atWork.add(worker)
  else atWork.delete(worker)
  // Inside a worker of the user's, `exit` is the end of that thread alone.
  if (isMainThread && !process.listeners('exit').includes(watchExit)) process.on('exit', watchExit)
}

function watchExit(): void {
  if (atWork.size === 0) return
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
