import type { ExecutionProviderName } from '../execution/providers.ts'
import { messageOf } from '../failure.ts'

/** Where the published builds of onnxruntime-node 1.30 have a provider. */
const places: Readonly<Record<ExecutionProviderName, string>> = {
  cpu: 'everywhere',
  webgpu: 'on Linux x64, Windows and macOS',
  cuda: 'on Linux x64',
  tensorrt: 'on Linux x64',
  coreml: 'on macOS',
  dml: 'on Windows',
  openvino: 'nowhere; build onnxruntime from source with --use_openvino --build_nodejs and install that',
}

const fetched =
  "its libraries come with onnxruntime-node's install script: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node"
const needs = 'needs an NVIDIA driver (nvidia-smi shows it), CUDA 12 and cuDNN 9'

/** What to do about errors of some words. Others, about an option for one, say it themselves. */
const remedies: Readonly<Partial<Record<ExecutionProviderName, readonly [words: RegExp, remedy: string]>>> = {
  webgpu: [
    /adapter|device|vulkan|d3d|metal/i,
    'it needs a graphics card with a driver for Vulkan (Linux: that of NVIDIA, or apt-get install mesa-vulkan-drivers; vulkaninfo shows it), Direct3D 12 (Windows) or Metal (macOS)',
  ],
  cuda: [/shared library|driver|cuda|\.so/i, `${fetched}; it ${needs} besides`],
  tensorrt: [/shared library|driver|cuda|\.so/i, `${fetched}; it ${needs} and TensorRT 10 besides`],
  dml: [/device|adapter|dml|directx/i, 'it needs a graphics card with a driver for DirectX 12'],
}

/** Where in its sources onnxruntime met an error. */
const origin = /^\/onnxruntime_src\/\S+ .*?(?:was false\. |\) )(?=[A-Z])/

/** Why a provider that this build of onnxruntime-node does not have is not used, and where it is had. */
export function notOffered(name: ExecutionProviderName, offered: readonly string[]): string {
  const here = `${process.platform} ${process.arch}`
  const others = offered.join(', ')
  return `onnxruntime-node has no ${name} on ${here}; published builds have it ${places[name]}. Here there are ${others}`
}

/** Why a provider does not run a small network, and what to install. */
export function whyNot(name: ExecutionProviderName, error: unknown): string {
  const message = messageOf(error).replace(origin, '')
  if (/fallback to CPU EP/i.test(message)) return 'it left a small network to the processor'
  const [words, remedy] = remedies[name] ?? []
  return words?.test(message) ? `${message}; ${remedy}` : message
}
