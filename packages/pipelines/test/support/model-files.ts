/** The network's `config.json` with some fields replaced; undefined removes one. */
export function networkConfig(changes: Readonly<Record<string, unknown>> = {}, size = 4): string {
  return JSON.stringify({
    sample_size: size,
    in_channels: 3,
    out_channels: 3,
    null_class_id: 3,
    id2label: { 0: 'ant', 1: 'bee', 2: 'fly' },
    prediction_type: 'velocity',
    timestep_type: 'sigma',
    timestep_range: [0, 1],
    data_range: [-1, 1],
    default_guidance_scale: 1.5,
    default_num_inference_steps: 20,
    ...changes,
  })
}

export function modelIndex(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    _class_name: 'ClassToImagePipeline',
    scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
    unet: ['fastflow', 'UNet2DModel'],
    ...changes,
  })
}

export function schedulerConfig(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 1, ...changes })
}

/** Texts of a complete class-to-image folder. */
export function modelFiles(size: number): Record<string, string> {
  return {
    'model_index.json': modelIndex(),
    'scheduler/scheduler_config.json': schedulerConfig(),
    'unet/config.json': networkConfig({}, size),
    'unet/model.onnx': 'onnx',
  }
}
