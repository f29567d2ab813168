import { isRecord } from '@fastflow/core'
import { called, describeMisuse, made, only, optional, options, whole } from '@fastflow/testkit'
import * as quantize from '../src/index.ts'
import { chain, folderOf } from './network.ts'

const folder = await folderOf(chain().bytes)
let copies = 0

describeMisuse('@fastflow/quantize', quantize, {
  quantizeFolder: {
    // Every right call writes a copy of its own.
    call: (model: string, given: quantize.QuantizeOptions) =>
      quantize.quantizeFolder(
        model,
        isRecord(given) ? { out: `${folder}-copy-${copies++}`, ...given } : given,
      ),
    arguments: {
      folder: called(/folder|model/, only(['text'], folder, '')),
      options: options({
        as: only([], 'q8', 'int5'),
        blockSize: optional(whole(32, 48)),
        smallest: optional(whole(16, 0)),
        networks: optional(made(() => ['transformer'], [], [''], ['../model'], [5])),
        onProgress: optional(only(['function'], () => undefined)),
        signal: optional(made(() => new AbortController().signal, { aborted: 1 })),
      }),
    },
  },
})
