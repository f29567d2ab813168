import { FastFlowError } from '@fastflow/core'
import type { CheckedOptions, ProcessLimits } from './options.ts'

/** The worker is gone, or was ended. @param what was asked of it, such as the path of a network. */
export function workerEnded(what: string, why: string): FastFlowError {
  const advice =
    'the next call starts another, or connects again; do without this network where it happens again'
  const message = `${what}: the worker process ended (${why}); ${advice}`
  return new FastFlowError({ code: 'model-failed', field: what, message })
}

/** The worker never came so far as to open the folder. */
export function notOpened(worker: CheckedOptions['worker'], why: string): FastFlowError {
  const [field, name, fix] =
    'socket' in worker
      ? ['socket', worker.socket, 'start a worker there: python -m fastflow_diffusers.worker --socket PATH']
      : ['command', worker.command.join(' '), 'run it in a terminal to see what it lacks']
  const message = `${field}: ${JSON.stringify(name)} opened no folder: ${why}; ${fix}`
  return new FastFlowError({ code: 'unsupported', field, message })
}

const passed: Readonly<Record<'loadSeconds' | 'runSeconds', string>> = {
  loadSeconds: 'loading took longer than',
  runSeconds: 'a run took longer than',
}

/** What a worker gets that takes more time than it may. */
export function limitExceeded(
  what: string,
  limit: keyof typeof passed,
  limits: ProcessLimits,
): FastFlowError {
  const message = `${what}: ${passed[limit]} limits.${limit}, ${limits[limit]} s; the worker process was ended; allow more by limits.${limit} if it needs that`
  return new FastFlowError({ code: 'limit-exceeded', field: `limits.${limit}`, message })
}
