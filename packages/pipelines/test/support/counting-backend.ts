import { nodeBackend } from '@fastflow/backend-node'
import type { Backend } from '@fastflow/core'

/** Networks in Node, and the folders in the model of those that were loaded, in order. */
export function countingBackend(): { readonly backend: Backend; readonly loads: string[] } {
  const backend = nodeBackend({ threads: 1 })
  const loads: string[] = []
  return {
    loads,
    backend: {
      ...backend,
      async open(location) {
        const folder = await backend.open(location)
        return {
          ...folder,
          load(path, options) {
            loads.push(path.replace('/model.onnx', ''))
            return folder.load(path, options)
          },
        }
      },
    },
  }
}
