// Runs programs of a rehearsal to their end.
import { spawn } from 'node:child_process'

/** What a program printed last, where it failed: enough to see why. */
const tail = 3000

/**
 * @param command program and arguments, as of a shell.
 * @returns what it printed on stdout.
 * @throws Error with the end of what it printed, where it failed or took longer than `minutes`.
 */
export function run([command, ...args], { cwd, env, minutes = 10 }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      timeout: minutes * 60_000,
    })
    let out = ''
    let all = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text
      all += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      all += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out)
      else
        reject(new Error(`${[command, ...args].join(' ')}: ${signal ?? `exit ${code}`}\n${all.slice(-tail)}`))
    })
  })
}
