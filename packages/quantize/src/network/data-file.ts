import { type FileHandle, open } from 'node:fs/promises'
import type { TensorPlace } from '../graph/tensor.ts'

/** The file that weights of a network go to, one after the other. */
export interface DataFile {
  /** Writes values behind all others. */
  append(values: Uint8Array): Promise<Required<TensorPlace>>
  close(): Promise<void>
}

/** Where tensors begin, so that they can be mapped and read as numbers of any width. */
const ALIGNMENT = 64

/** @param location what the model calls it. */
export async function createDataFile(path: string, location: string): Promise<DataFile> {
  const file = await open(path, 'wx')
  let end = 0
  return {
    async append(values) {
      const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT
      await writeAll(file, values, offset)
      end = offset + values.length
      return { location, offset, length: values.length }
    },
    async close() {
      await file.sync()
      await file.close()
    },
  }
}

/** Most bytes that one call of the system takes, with room to spare. */
const CHUNK = 2 ** 30

async function writeAll(file: FileHandle, values: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < values.length; ) {
    const { bytesWritten } = await file.write(values, at, Math.min(CHUNK, values.length - at), position + at)
    at += bytesWritten
  }
}
