type Labels = Readonly<Record<string, string>>

/** Numbers that only grow, by name and labels, in Prometheus' text format. */
export interface Metrics {
  /** Adds `by`, 1 unless told otherwise, to a counter of {@link COUNTERS}. */
  add(name: Counter, labels?: Labels, by?: number): void
  /** Everything counted, and these values of now. */
  render(gauges: Readonly<Partial<Record<Gauge, number>>>): string
}

const COUNTERS = {
  requests: 'Requests answered, by route, method and code',
  jobs: 'Jobs that ended, by model and outcome',
  cancellations: 'Jobs that were cancelled before they were done',
  evaluations: 'Evaluations of networks that were made',
  evaluations_saved: 'Evaluations of networks that full runs would have made besides',
  shadow_evaluations: 'Evaluations made after delivery to measure the quality',
  passes: 'Network passes',
  model_seconds: 'Seconds inside networks',
  overhead_seconds: 'Seconds of generations outside of networks',
  drift_alarms: 'Times that a model stopped looking like what was certified',
  targets: 'Measured requests with a quality target, by whether it was kept',
} as const

const GAUGES = {
  queue_waiting: 'Jobs that wait',
  queue_running: 'Jobs at work',
  queue_limit: 'Jobs that may wait',
  queue_oldest_seconds: 'Seconds that the oldest waiting job has waited',
  models_loaded: 'Models that are ready',
  resident_memory_bytes: 'Memory of the process',
  event_loop_lag_seconds: 'Delay of the event loop since the last look, 99 % quantile',
} as const

export type Counter = keyof typeof COUNTERS
export type Gauge = keyof typeof GAUGES

export function createMetrics(): Metrics {
  const counted = new Map<Counter, Map<string, number>>()
  return {
    add(name, labels = {}, by = 1) {
      const series = counted.get(name) ?? new Map<string, number>()
      counted.set(name, series)
      const key = labelsText(labels)
      series.set(key, (series.get(key) ?? 0) + by)
    },
    render(gauges) {
      const counters = Object.entries(COUNTERS).flatMap(([name, help]) => {
        const series = counted.get(name as Counter) ?? new Map([['', 0]])
        const full = `fastflow_${name}_total`
        return [
          ...headOf(full, help, 'counter'),
          ...[...series].map(([key, value]) => `${full}${key} ${value}`),
        ]
      })
      const now = Object.entries(gauges).flatMap(([name, value]) => {
        const full = `fastflow_${name}`
        return [...headOf(full, GAUGES[name as Gauge], 'gauge'), `${full} ${value}`]
      })
      return `${[...counters, ...now].join('\n')}\n`
    },
  }
}

function headOf(name: string, help: string, type: string): readonly string[] {
  return [`# HELP ${name} ${help}.`, `# TYPE ${name} ${type}`]
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
