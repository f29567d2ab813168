import { checkMethods, checkText, checkWhole } from '@fastflow/core/backend'

/** What a bench is told of the machine. */
interface Environment {
  readonly node?: string
  readonly browser?: string
  readonly threads: number
}

/** @throws FastFlowError `invalid-argument` naming the part of the environment. */
export function checkEnvironment(environment: Environment): void {
  const wanted = '{ node, threads }, or { browser, threads }'
  const { node, browser, threads } = checkMethods('environment', environment, [], wanted)
  const host = browser === undefined ? 'node' : 'browser'
  checkText(
    `environment.${host}`,
    browser === undefined ? node : browser,
    'what the bench runs in, such as the version of Node',
  )
  checkWhole('environment.threads', threads, 1)
}
