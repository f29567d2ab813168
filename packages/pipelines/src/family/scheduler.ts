import { type ModelFolder, readConfig, type SchedulerConfig } from '@fastflow/core'
import { checkFolder } from './check-arguments.ts'

/**
 * `scheduler/scheduler_config.json`; what it says is checked where a grid is made of it.
 *
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `invalid-argument`.
 */
export async function readScheduler(folder: ModelFolder): Promise<SchedulerConfig> {
  checkFolder(folder)
  // Diffusers writes configurations by Python's json, which has words for numbers that JSON has not.
  const { values } = await readConfig(folder, 'scheduler/scheduler_config.json', { words: true })
  return values as SchedulerConfig
}
