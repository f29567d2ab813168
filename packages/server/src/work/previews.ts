import type { BlobStore, JobPartial } from '@fastflow/core'
import { encodeStill, resizePicture } from '@fastflow/media'
import type { GenerateOptions } from '@fastflow/pipelines'
import type { Job } from '../ports/job.ts'
import type { Size } from '../request/size.ts'

type GenerateStep = Parameters<NonNullable<GenerateOptions['onStep']>>[0]

/** Tells of a step; makes a preview where one is due. */
export type Previewer = (step: GenerateStep) => Promise<JobPartial | undefined>

/** Previews at equal distances along the grid; a jump over several of them makes one. */
export function previewer(job: Job, size: Size, blobs: BlobStore, keepSeconds: number): Previewer {
  const { partialImages: wanted, format, compression } = job.request
  let image = -1
  let made = 0
  let due = 1
  return async (step) => {
    if (wanted === 0) return undefined
    if (step.image !== image) [image, made, due] = [step.image, 0, 1]
    const { index, numSteps } = step
    if (due > wanted || index >= numSteps || index * (wanted + 1) < due * numSteps) return undefined
    due = Math.floor((index * (wanted + 1)) / numSteps) + 1
    const rough = await step.preview()
    if (rough === undefined) return undefined
    const bytes = await encodeStill(await resizePicture(rough, size.width, size.height), {
      format: format === 'apng' ? 'png' : format,
      ...(compression !== undefined && { quality: compression }),
    })
    const blob = await blobs.put(bytes, format === 'apng' ? 'png' : format, keepSeconds)
    return { image, index: made++, blob }
  }
}
