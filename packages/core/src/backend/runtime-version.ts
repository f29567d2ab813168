/** The release of onnxruntime that backends are written for. */
const NEEDED = '1.30'

/**
 * What to say of an onnxruntime whose sessions do not tell what their inputs are; undefined where they do.
 *
 * @param runtime its package, e.g. `onnxruntime-node`.
 * @param found its own word on its version; old ones say nothing.
 */
export function outdatedRuntime(
  runtime: string,
  found: string | undefined,
  session: { readonly inputMetadata?: unknown; readonly outputMetadata?: unknown },
): string | undefined {
  if (Array.isArray(session.inputMetadata) && Array.isArray(session.outputMetadata)) return undefined
  const version = found ?? 'of a version that does not say which'
  return `${runtime} ${version} is too old, ${NEEDED} or later is needed; run: npm install ${runtime}@latest`
}
