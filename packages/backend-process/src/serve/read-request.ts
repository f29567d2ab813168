import { isTensorType, type PackedTensor } from '@fastflow/core/backend'
import type { Numbered, WorkerRequest } from '../messages/protocol.ts'
import { extentOf } from '../messages/tensors.ts'
import { listIn, recordIn, textIn, wholeIn } from '../messages/values.ts'

/** A request out of the header of its frame. @throws RangeError where it is none. */
export function readRequest(header: unknown, payloadBytes: number): Numbered<WorkerRequest> {
  return { id: wholeIn(recordIn(header).id, 0), ...readQuestion(header, payloadBytes) }
}

function readQuestion(header: unknown, payloadBytes: number): WorkerRequest {
  const request = recordIn(header)
  const { kind } = request
  if (payloadBytes > 0 && kind !== 'run') throw new RangeError('a payload that belongs to nothing')
  if (kind === 'open')
    return { kind, version: wholeIn(request.version, 0), location: textIn(request.location) }
  if (kind === 'read') return { kind, file: textIn(request.file) }
  if (kind === 'load') {
    const { threads } = request
    return {
      kind,
      network: textIn(request.network),
      ...(threads !== undefined && { threads: wholeIn(threads, 1) }),
    }
  }
  if (kind === 'release') return { kind, network: textIn(request.network) }
  if (kind !== 'run') throw new RangeError('a request of no known kind')
  const feeds = listIn(request.feeds).map(readPlace)
  if (!(extentOf(feeds) <= payloadBytes)) throw new RangeError('a feed outside the payload')
  return { kind, network: textIn(request.network), feeds, fetches: listIn(request.fetches).map(textIn) }
}

function readPlace(value: unknown): PackedTensor {
  const { name, type, dims, offset } = recordIn(value)
  if (typeof type !== 'string' || !isTensorType(type)) throw new RangeError('a tensor of no known type')
  const place = {
    name: textIn(name),
    type,
    dims: listIn(dims).map((size) => wholeIn(size, 0)),
    offset: wholeIn(offset, 0),
  }
  if (place.offset % 8 !== 0) throw new RangeError('a feed that is not aligned')
  return place
}
