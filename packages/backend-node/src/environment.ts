import { telemetrySetting, telemetryVariable } from './telemetry.ts'

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
  // Which card to use, and where its driver is.
  'CUDA_VISIBLE_DEVICES',
  'CUDA_DEVICE_ORDER',
  'CUDA_CACHE_PATH',
  'VK_DRIVER_FILES',
  'VK_ICD_FILENAMES',
  'XDG_RUNTIME_DIR',
]

/** The environment of a process of ours. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const entries = passedOn.map((name) => [name, process.env[name]] as const)
  const given = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  return { ...given, [telemetryVariable]: telemetrySetting() }
}
