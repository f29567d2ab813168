import {
  called,
  describeMisuse,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'
import * as media from '../src/index.ts'

const data = new Uint8Array(12)
const picture = { width: 2, height: 2, data }
const png = await media.encodePng(picture)

const image = called(
  /image/,
  made(
    () => picture,
    {},
    { ...picture, width: 0 },
    { ...picture, width: 1.5 },
    { ...picture, height: NaN },
    { ...picture, height: 3 },
    { ...picture, data: [1, 2, 3] },
    { ...picture, data: new Uint8Array(11) },
    { ...picture, data: new Float32Array(12) },
  ),
)
const metadata = optional(only(['object'], { seed: 1 }))
const clip = called(
  /clip|frames|fps/,
  made(
    () => ({ frames: [picture], fps: 8 }),
    {},
    { frames: [], fps: 8 },
    { frames: [null], fps: 8 },
    { frames: [picture, 5], fps: 8 },
    { frames: picture, fps: 8 },
    { frames: [picture], fps: '8' },
  ),
)
const row = (call: Misusable['call'], fields: Misusable['arguments']): Misusable => ({
  call,
  arguments: fields,
})

const decoding = {
  bytes: called(
    /image/,
    made(() => png, '', new Uint8Array(0), new Uint16Array(4), data),
  ),
  options: optional(
    options({
      size: optional(whole(4, 0, 6000)),
      name: optional(only(['text'], 'mine', '')),
      field: optional(only(['text'], 'source', '')),
    }),
  ),
}

describeMisuse('@fastflow/media', media, {
  clipNotes: row(media.clipNotes, { clip }),
  decodeImage: row(media.decodeImage, decoding),
  decodeRgba: row(media.decodeRgba, decoding),
  encodeApng: row(media.encodeApng, { clip, metadata }),
  encodePng: row(media.encodePng, { image, metadata }),
  encodeStill: row(media.encodeStill, {
    image,
    options: optional(
      options({
        format: optional(only([], 'jpeg', 'gif', '')),
        quality: optional(real(80, 101)),
        metadata,
      }),
    ),
  }),
  encodeWebp: row(media.encodeWebp, { clip, metadata }),
  resizePicture: row(media.resizePicture, {
    image,
    width: whole(4, 0, 100_000),
    height: whole(4, 0, 100_000),
  }),
  fitOnWhite: row(media.fitOnWhite, { image, size: whole(4, 0, 6000) }),
  resultName: row(media.resultName, {
    model: only(['text'], 'emoji', ''),
    caption: only(['text'], 'a fox'),
    seed: whole(1, -1, 0.5),
    size: optional(only(['text'], '64x32', '')),
  }),
})
