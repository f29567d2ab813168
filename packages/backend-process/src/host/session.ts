import { FastFlowError, type LoadProgress, type TensorInfo } from '@fastflow/core'
import type { NetworkInfo, ServedNames, WorkerReply, WorkerRequest } from '../messages/protocol.ts'
import { protocolVersion } from '../messages/protocol.ts'
import { type Asked, readReply } from '../messages/replies.ts'
import type { Channel } from '../stream/channel.ts'
import { after } from '../stream/deadline.ts'
import { connectWorker } from './connect.ts'
import { limitExceeded, notOpened, workerEnded } from './errors.ts'
import type { CheckedOptions } from './options.ts'

/** Room for thousands of inputs and outputs, and for the names of a folder. */
const maxHeaderBytes = 2 ** 22

const nothing = new Uint8Array(0)

/** A question to the worker. */
export interface Question {
  readonly request: WorkerRequest
  readonly payload?: Uint8Array
  /** What errors call it. */
  readonly what: string
  readonly limit: 'loadSeconds' | 'runSeconds'
  readonly outputs?: readonly TensorInfo[]
  readonly onProgress?: (progress: Omit<LoadProgress, 'name'>) => void
}

/** An answer with its payload, which the next answer overwrites. */
export interface Answer {
  readonly reply: WorkerReply
  readonly payload: Uint8Array
}

/** One worker process, from its start to its end. */
export interface Session {
  readonly names: ServedNames
  /** Networks that it has loaded. */
  readonly loaded: Map<string, NetworkInfo>
  /** Whether it takes no questions any more. */
  failed(): boolean
  /** One question at a time. @throws FastFlowError as the worker reports it, `model-failed` where it ended, `limit-exceeded`. */
  ask(question: Question): Promise<Answer>
  /** Ends it whatever it does; the question under way fails with `error`. */
  kill(error: FastFlowError): void
  /** Ends it and waits until it is gone. */
  close(): Promise<void>
}

interface Pending extends Question {
  readonly id: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Starts the worker and has it open the folder. */
export async function startSession(options: CheckedOptions, location: string): Promise<Session> {
  const talk = startTalk(options)
  try {
    const request = { kind: 'open', version: protocolVersion, location } as const
    const { reply } = await talk.ask({ request, what: location, limit: 'loadSeconds' })
    if (reply.kind !== 'opened' || reply.version !== protocolVersion) throw otherVersion(reply)
    return { ...talk, names: reply, loaded: new Map() }
  } catch (error) {
    void talk.close()
    throw error
  }
}

function startTalk(options: CheckedOptions): Omit<Session, 'names' | 'loaded'> {
  const { limits, worker } = options
  let pending: Pending | undefined
  let failure: FastFlowError | undefined
  let isOpen = false
  let asked = 0
  let reply: WorkerReply | undefined
  let output = new ArrayBuffer(0)

  /** Reused by runs; files are kept by those who read them. */
  function memoryFor(bytes: number): Uint8Array {
    if (reply?.kind === 'file') return new Uint8Array(bytes)
    if (bytes > output.byteLength) output = new ArrayBuffer(bytes)
    return new Uint8Array(output)
  }

  function askedNow(): Asked {
    if (pending === undefined) throw new RangeError('an answer that nobody asked for')
    return { id: pending.id, request: pending.request, outputs: pending.outputs ?? [] }
  }

  function settle(answer: Answer): void {
    const question = pending
    if (question === undefined) return
    if (answer.reply.kind === 'progress') {
      tell(question, answer.reply.progress)
      return
    }
    pending = undefined
    isOpen ||= answer.reply.kind === 'opened'
    if (answer.reply.kind === 'failed') question.reject(new FastFlowError(answer.reply.failure))
    else question.resolve(answer)
  }

  function tell({ onProgress, reject }: Pending, progress: Omit<LoadProgress, 'name'>): void {
    try {
      onProgress?.(progress)
    } catch (error) {
      reject(error)
      // It goes on loading for nobody.
      kill(workerEnded(progress.file, 'its loading was given up'))
    }
  }

  const channel: Channel = connectWorker(options, {
    maxHeaderBytes,
    maxPayloadBytes: limits.payloadBytes,
    payloadFor(header, bytes) {
      reply = readReply(header, bytes, askedNow())
      return memoryFor(bytes)
    },
    onFrame: (_, payload) => settle({ reply: reply!, payload }),
    isIdle: () => isOpen && pending === undefined,
  })

  function fail(error: FastFlowError): void {
    failure ??= error
    pending?.reject(error)
    pending = undefined
  }

  function kill(error: FastFlowError): void {
    fail(error)
    channel.kill()
  }

  void channel.ended.then((why) =>
    fail(isOpen ? workerEnded(pending?.what ?? 'worker', why) : notOpened(worker, why)),
  )
  channel.hold(false)

  return {
    failed: () => failure !== undefined || channel.isBroken(),
    kill,
    async ask(question) {
      if (failure !== undefined) throw failure
      channel.hold(true)
      const { limit, what, request, payload = nothing } = question
      const callOff = after(limits[limit], () => kill(limitExceeded(what, limit, limits)))
      try {
        return await new Promise<Answer>((resolve, reject) => {
          const id = ++asked
          pending = { ...question, id, resolve, reject }
          channel.write({ id, ...request }, payload)
        })
      } finally {
        callOff()
        channel.hold(false)
      }
    },
    async close() {
      channel.hold(true)
      kill(workerEnded('worker', 'it was closed'))
      await channel.ended
    },
  }
}

function otherVersion(reply: WorkerReply): FastFlowError {
  const theirs = reply.kind === 'opened' ? reply.version : 'no'
  const message = `command: the worker speaks version ${theirs} of the protocol, this package version ${protocolVersion}; install releases of the two that belong together`
  return new FastFlowError({ code: 'unsupported', field: 'command', message })
}
