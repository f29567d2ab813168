import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { chromium } from '../../../../vitest.chromium.ts'
import { type Candidate, executionSupport } from '../../src/index.ts'

/** Where Chromium keeps the software driver for Vulkan that comes with it. */
const drivers = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
  ...(chromium === undefined ? [] : [join(dirname(chromium), 'vk_swiftshader_icd.json')]),
]

/** What has to be there for WebGPU without a graphics card, and how it gets there. */
export const howToInstall = 'apt-get install chromium libvulkan1, whose SwiftShader serves as a graphics card'

/** Whether WebGPU works here, on the driver that the environment names or else on a software driver. */
export async function webgpuHere(): Promise<Candidate> {
  const driver = drivers.find((path) => existsSync(path))
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env
  if (driver !== undefined && !VK_DRIVER_FILES && !VK_ICD_FILENAMES) process.env.VK_ICD_FILENAMES = driver
  // Layers of the system's Vulkan complain on standard error where there is none.
  process.env.XDG_RUNTIME_DIR ??= tmpdir()
  const candidates = await executionSupport()
  return candidates.find(({ executionProvider }) => executionProvider === 'webgpu')!
}
