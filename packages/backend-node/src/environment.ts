/** What programs need to start and to find libraries, nothing of what a user may keep secret in the environment. */
const passedOn = [
  'PATH',
  'NODE_PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'windir',
]

/** The environment of a process of ours. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const entries = passedOn.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
