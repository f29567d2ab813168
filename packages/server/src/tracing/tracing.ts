import type { Attributes, Context, Span } from '@opentelemetry/api'

/** Headers that name a span to others, also on other machines. */
export type TraceCarrier = Readonly<Record<string, string>>

/** One span; without OpenTelemetry it is nothing. */
export interface Trace {
  /** Undefined where nothing is traced. */
  carrier(): TraceCarrier | undefined
  /** Runs `work` inside of it. */
  within<Result>(work: () => Promise<Result>): Promise<Result>
  /** Of an error its message alone is told, as it is logged. */
  end(attributes: Attributes, error?: unknown): void
}

/** Begins spans. Attributes never have prompts, keys or pictures. */
export interface Tracing {
  /** @param from the span above it, as headers. */
  begin(name: string, attributes: Attributes, from: unknown): Trace
}

const NOTHING: Trace = { carrier: () => undefined, within: (work) => work(), end() {} }

type Api = typeof import('@opentelemetry/api')

/** Spans of `@opentelemetry/api` where it is installed, and go where the program that registered a provider sends them. */
export async function openTracing(): Promise<Tracing> {
  const api = await import('@opentelemetry/api').catch(() => undefined)
  if (api === undefined) return { begin: () => NOTHING }
  return {
    begin(name, attributes, from) {
      const above = api.propagation.extract(api.ROOT_CONTEXT, from ?? {})
      const span = api.trace.getTracer('@fastflow/server').startSpan(name, { attributes }, above)
      return span.isRecording() ? traceOf(api, span, api.trace.setSpan(above, span)) : NOTHING
    },
  }
}

function traceOf(api: Api, span: Span, context: Context): Trace {
  return {
    carrier() {
      const carrier: Record<string, string> = {}
      api.propagation.inject(context, carrier)
      return carrier
    },
    within: (work) => api.context.with(context, work),
    end(attributes, error) {
      span.setAttributes(attributes)
      if (error !== undefined)
        span.setStatus({ code: api.SpanStatusCode.ERROR, message: (error as Error).message })
      span.end()
    },
  }
}
