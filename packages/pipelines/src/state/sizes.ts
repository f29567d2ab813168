/** Pixels or latents on a side above this are taken for a mistake in the file. */
export const MAX_SIZE = 4096

/** True for axes that are not told, or have a name. */
export function isFree(size: number | string | undefined): boolean {
  return typeof size === 'string' || size === -1
}
