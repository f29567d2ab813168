import type { Pipeline } from '@fastflow/pipelines'
import type { JobRequest } from '../ports/job.ts'
import { secondsOf } from '../request/frames.ts'
import { usualSize } from '../request/size.ts'
import type { Expected } from './video.ts'

/** What a clip will be like. @param pipe undefined for a model that is not here any more. */
export function expectedOf({ width, height, numFrames }: JobRequest, pipe: Pipeline | undefined): Expected {
  const usual = pipe ? usualSize(pipe) : { width: 0, height: 0 }
  return {
    width: width ?? usual.width,
    height: height ?? usual.height,
    seconds: pipe ? secondsOf(numFrames, pipe) : 0,
  }
}
