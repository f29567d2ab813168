import { createFrameReader, encodeFrame, extentOf, writeFrame } from '@fastflow/backend-process/channel'
import type { Reply, Request } from './protocol.ts'
import { threadLink, workerPath } from './thread-link.ts'

// The other side of `process/link.ts`: passes frames on to a worker thread, which runs the network, and its answers back.
// This thread runs no native code of the network's, so that it always notices when it has to end.

/** How often it looks at its memory: a network fills a few hundred megabytes in that time at most. */
const watchMs = 20

const memoryBytes = Number(process.argv[2])
const link = threadLink(workerPath(), Infinity)
let input = new SharedArrayBuffer(0)
let output = new SharedArrayBuffer(0)

/** The one way out: an orderly exit would wait for the worker. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

function answer(reply: Reply): void {
  if (reply.kind === 'ran') {
    if (reply.output instanceof SharedArrayBuffer) output = reply.output
    const payload = new Uint8Array(output, 0, extentOf(reply.outputs))
    writeFrame(process.stdout, { ...reply, output: undefined }, payload)
  } else {
    writeFrame(process.stdout, reply, new Uint8Array(0))
  }
}

function inputOf(bytes: number): Uint8Array {
  if (bytes > input.byteLength) input = new SharedArrayBuffer(bytes)
  return new Uint8Array(input)
}

const reader = createFrameReader({
  maxHeaderBytes: Infinity,
  maxPayloadBytes: Infinity,
  payloadFor: (header, bytes) =>
    (header as { kind: string }).kind === 'run' ? inputOf(bytes) : new Uint8Array(bytes),
  onFrame(header, payload) {
    const request = header as Request
    if (request.kind === 'run') link.post({ ...request, input })
    else if (request.kind === 'load') link.post({ ...request, source: request.source ?? payload })
    else link.post(request)
  },
})

link.onReply(answer)
void link.ended.then(({ why }) => process.stderr.write(`${why}\n`, end))

// It ends with the process it works for, and is not asked by the terminal or a service manager.
process.stdin.on('data', (chunk: Uint8Array) => reader.push(chunk))
process.stdin.on('close', end)
process.stdout.on('error', end)
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('SIGHUP', () => {})

setInterval(() => {
  if (process.memoryUsage.rss() <= memoryBytes) return
  process.stdout.write(encodeFrame({ kind: 'over-memory' }, 0), end)
  setTimeout(end, watchMs)
}, watchMs)
