import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FastFlowError } from '@fastflow/core'
import { staysInside } from '@fastflow/core/backend'
import type { Tensor } from '../graph/tensor.ts'

/** The files beside a network that its weights are read from, a tensor at a time. */
export interface WeightFiles {
  bytesOf(tensor: Tensor): Promise<Uint8Array>
  close(): Promise<void>
}

/** @param model path of the network, for places; @param name what errors call it. */
export function openWeightFiles(model: string, name: string): WeightFiles {
  const files = new Map<string, FileHandle>()

  async function fileAt(location: string): Promise<FileHandle> {
    const known = files.get(location)
    if (known) return known
    if (!staysInside(location))
      throw damaged(name, `keeps weights in ${location}, which leaves its folder; export it again`)
    const file = await open(join(dirname(model), location), 'r').catch((cause) => {
      throw damaged(name, `keeps weights in ${location}, which cannot be read; copy that file too`, cause)
    })
    files.set(location, file)
    return file
  }

  return {
    async bytesOf({ name: tensor, raw, place }) {
      if (raw !== undefined) return raw
      if (place === undefined) throw damaged(name, `${tensor} has no values`)
      const file = await fileAt(place.location)
      const length = place.length ?? (await file.stat()).size - place.offset
      const bytes = new Uint8Array(length)
      for (let at = 0; at < length; ) {
        const { bytesRead } = await file.read(bytes, at, length - at, place.offset + at)
        if (bytesRead === 0)
          throw damaged(name, `${place.location} ends before the weights of ${tensor}; copy it again`)
        at += bytesRead
      }
      return bytes
    },
    async close() {
      for (const file of files.values()) await file.close()
    },
  }
}

export function damaged(name: string, what: string, cause?: unknown): FastFlowError {
  return new FastFlowError({ code: 'model-unreadable', field: name, message: `${name}: ${what}`, cause })
}
