import { invalidArgument, joinRecordings, parseTrajectory, type Recordings } from '@fastflow/core'
import { pathAt } from './files.ts'
import type { Io } from './io.ts'
import { readBytes, whyUnread } from './read-text.ts'

/**
 * Reads runs that `record` of fastflow-diffusers wrote, of one machine or several; says which are there twice.
 *
 * @param onRead told the files read so far.
 * @throws FastFlowError `invalid-argument` naming the file, and where it does not belong to the first the first difference.
 */
export async function readRecordings(
  io: Io,
  files: readonly string[],
  onRead: (done: number) => void,
): Promise<Recordings> {
  const runs = []
  for (const [n, file] of files.entries()) {
    const bytes = await readBytes(pathAt(io, file, '--recorded')).catch((cause) => {
      const fix = 'give files that record() of fastflow-diffusers wrote'
      throw invalidArgument('--recorded', `${file} cannot be read (${whyUnread(cause)}); ${fix}`)
    })
    try {
      runs.push(parseTrajectory(bytes))
    } catch (cause) {
      throw invalidArgument('--recorded', `${file}: ${whyUnread(cause)}`)
    }
    onRead(n + 1)
  }
  const recordings = joinRecordings(runs, files)
  for (const n of recordings.repeated) io.log(`${files[n]} is a run that is there already; it counts once`)
  return recordings
}
