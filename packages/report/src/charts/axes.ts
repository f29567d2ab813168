import type { ChartOption } from './chart.ts'

type XAxis = Exclude<ChartOption['xAxis'], readonly unknown[] | undefined>
type YAxis = Exclude<ChartOption['yAxis'], readonly unknown[] | undefined>

const name = { color: 'var(--muted)', fontSize: 12 }
const label = { color: 'var(--muted)', fontSize: 11.5, hideOverlap: true }

/** A numeric axis below the plot, its name centred under it. */
export function valueAxisX(
  title: string,
  range: { readonly min?: number; readonly max?: number } = {},
): XAxis {
  return {
    type: 'value',
    name: title,
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: name,
    axisLabel: label,
    axisLine: { show: true, lineStyle: { color: 'var(--axis)' } },
    axisTick: { show: true, lineStyle: { color: 'var(--axis)' } },
    splitLine: { show: false },
    ...range,
  }
}

/** A numeric axis left of the plot, its name above it so that nobody has to turn the head. */
export function valueAxisY(
  title: string,
  range: { readonly min?: number; readonly max?: number } = {},
): YAxis {
  return {
    type: 'value',
    scale: true,
    name: title,
    nameTextStyle: { ...name, align: 'left', padding: [0, 0, 4, -34] },
    nameGap: 10,
    axisLabel: label,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: 'var(--grid)' } },
    ...range,
  }
}

/** An axis of named places, no lines between them. `every` thins the labels out. */
export function categoryAxis(title: string, names: readonly string[], every = 1): XAxis & YAxis {
  return {
    type: 'category',
    data: [...names],
    name: title,
    nameLocation: 'middle',
    nameGap: 26,
    nameTextStyle: name,
    axisLabel: { color: 'var(--muted)', fontSize: 11.5, interval: (index: number) => index % every === 0 },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
  }
}

/** Room around a plot for the axes above. */
export const plotArea: NonNullable<ChartOption['grid']> = { left: 44, right: 18, top: 34, bottom: 46 }
