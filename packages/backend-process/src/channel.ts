// What backends and workers on Node share: frames, a process that speaks them, and reading what it said.

export { type Failure, readFailure, readProgress } from './messages/progress.ts'
export { type Expected, extentOf, readOutputs, readTensorInfo } from './messages/tensors.ts'
export { countIn, listIn, recordIn, textIn, wholeIn } from './messages/values.ts'
export { type Channel, type ChannelOptions, type Child, openChannel } from './stream/channel.ts'
export { after } from './stream/deadline.ts'
export {
  createFrameReader,
  encodeFrame,
  type FrameReader,
  type FrameReaderOptions,
  writeFrame,
} from './stream/frames.ts'
export { tailOf } from './stream/tail.ts'
export { watchSignal } from './stream/watch-signal.ts'
