import { nodeBackend } from '@fastflow/backend-node'
import { inspectFolder } from '@fastflow/pipelines'
import { folderText } from '@fastflow/report'
import type { Io } from '../io.ts'
import { findModel } from '../models.ts'

/** What a model folder is and how it will be run. @returns whether it will. */
export async function inspectCommand(
  io: Io,
  model: string,
  { json }: { readonly json?: boolean },
): Promise<boolean> {
  const found = await inspectFolder(await findModel(io, model), { backend: nodeBackend(), signal: io.signal })
  io.out(json ? JSON.stringify(found, null, 2) : folderText(found))
  return found.runs
}
