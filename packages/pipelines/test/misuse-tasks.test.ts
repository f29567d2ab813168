import { float32Space, linearSchedule } from '@fastflow/core'
import {
  type Argument,
  called,
  describeMisuse,
  given,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from '@fastflow/testkit'
import { fakePipeline } from './support/fake-pipeline.ts'
import { fakeText } from './support/fake-text-backend.ts'

// What belongs to some tasks alone, and what a prepared flow is handed.

const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>>): Misusable => ({
  call,
  arguments: fields,
})

const words = (await fakeText('text-to-image')).pipe
const editing = (await fakeText('image-editing')).pipe
const motion = (await fakeText('text-to-video')).pipe
const { pipe: classes } = await fakePipeline()
await words.calibrate({ numSteps: 10, budgets: [4] })
const flow = await classes.prepare('ant', { numSteps: 4 })
const pixels = await flow.pixels(flow.noise)

const numSteps = optional(whole(4, 0))
const prompt = called(/prompt/, only(['text'], 'red cat', '', '  ', 'a'.repeat(10_001)))
const negativePrompt = optional(only(['text'], 'blue', 'a'.repeat(10_001)))
const picture = () => ({ width: 4, height: 4, data: new Uint8Array(48) })
const image = made(
  picture,
  { ...picture(), width: 5 },
  { ...picture(), width: '4' },
  { ...picture(), data: null },
  { ...picture(), data: new Float32Array(48) },
  { ...picture(), data: new Uint8Array(47) },
)
const calibration = { numSteps: given(whole(10, 0)), budgets: optional(only(['list'], [4])) }
const prompts = called(/prompts/, optional(made(() => ['red cat'], [], [5], [''])))
const state = made(() => flow.noise, new Float32Array(3), new Float64Array(48))
const frame = optional(whole(0, 1))

describeMisuse(
  '@fastflow/pipelines, task by task',
  {},
  {
    'generate.text-to-image': row(words.generate, {
      subject: prompt,
      options: optional(options({ numSteps, negativePrompt })),
    }),
    'generate.image-editing': row(editing.generate, {
      subject: prompt,
      options: called(/options|image|five/, options({ image, numSteps, negativePrompt })),
    }),
    'generate.text-to-video': row(motion.generate, {
      subject: prompt,
      options: optional(options({ numSteps, negativePrompt, numFrames: optional(whole(3, 0, 5000)) })),
    }),
    'calibrate.text-to-image': row(words.calibrate, {
      options: given(
        options({
          ...calibration,
          prompts,
        }),
      ),
    }),
    'calibrate.image-editing': row(editing.calibrate, {
      options: given(
        options({
          ...calibration,
          prompts,
          images: called(
            /images/,
            optional(made(() => [picture()], [], [5], [Symbol()], ...image.wrong!.map((wrong) => [wrong]))),
          ),
        }),
      ),
    }),
    'measureQuality.text-to-image': row(words.measureQuality, {
      options: options({
        metric: only([], 'psnr', 'ssim'),
        numSteps: given(whole(10, 0)),
        runs: given(whole(1, 0)),
        floorRuns: given(whole(0)),
        prompts,
      }),
    }),
    'Flow.velocity': row(flow.velocity, {
      x: state,
      sigma: { ...real(1), wrong: [NaN, Infinity, -1] },
      call: made(
        () => ({ index: 0, branch: 'both', signal: undefined, out: new Float32Array(flow.noise.length) }),
        {},
        { index: 0, branch: 'both', signal: undefined, out: new Float32Array(3) },
        { index: 0, branch: 'both', signal: undefined, out: [1] },
      ),
    }),
    'Flow.pixels': row(flow.pixels, { x: state }),
    'Flow.toImage': row(flow.toImage, { pixels: made(() => pixels, new Float32Array(3)), frame }),
    'Flow.preview': row(flow.preview, {
      event: called(
        /event/,
        made(
          () => ({
            x: flow.noise,
            velocity: float32Space.clone(flow.noise),
            sigma: linearSchedule(4).sigmas[1],
          }),
          { x: flow.noise },
          { x: flow.noise, velocity: new Float32Array(3), sigma: 0.5 },
          { x: flow.noise, velocity: flow.noise, sigma: NaN },
        ),
      ),
      frame,
    }),
  },
)
