import { spawn } from 'node:child_process'

/** A process that sends back whatever comes, as it comes. */
export function openPipe() {
  const script = 'process.stdin.pipe(process.stdout)'
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  return {
    /** Milliseconds until as many bytes are back. */
    echo: (bytes) =>
      new Promise((resolve) => {
        const start = performance.now()
        let missing = bytes.length
        const take = (chunk) => {
          missing -= chunk.length
          if (missing > 0) return
          child.stdout.off('data', take)
          resolve(performance.now() - start)
        }
        child.stdout.on('data', take)
        child.stdin.write(bytes)
      }),
    close: () => child.kill(),
  }
}
