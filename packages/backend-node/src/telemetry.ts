/** onnxruntime collects nothing where it is 1; other values, 0 say, leave its telemetry on. */
export const telemetryVariable = 'ORT_DISABLE_TELEMETRY'

/** What the variable says, or has to say where the user has not set it. */
export function telemetrySetting(): string {
  return process.env[telemetryVariable] ?? '1'
}

/**
 * Turns onnxruntime's telemetry off, unless the environment says what is to be. Without this its first session writes an id of the
 * machine and a database of events below `~/.cache/Microsoft`, and sends them.
 *
 * Native code reads the environment of the process, which only its main thread can set.
 */
export function keepTelemetryOff(): void {
  process.env[telemetryVariable] = telemetrySetting()
}
