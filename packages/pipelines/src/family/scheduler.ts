import { type ModelFolder, readConfig, type SchedulerConfig } from '@fastflow/core'

/** `scheduler/scheduler_config.json`; what it says is checked where a grid is made of it. */
export async function readScheduler(folder: ModelFolder): Promise<SchedulerConfig> {
  // Diffusers writes configurations by Python's json, which has words for numbers that JSON has not.
  const { values } = await readConfig(folder, 'scheduler/scheduler_config.json', { words: true })
  return values as SchedulerConfig
}
