/** What to do about a velocity that is NaN or infinite. */
export const nonFiniteFix: string =
  'check the model and its inputs; a network in float16 overflows beyond 65504: export it in mixed precision, with norms, softmax, sums and last layers in float32, or all of it in float32 (weights trained in bfloat16 often need that)'
