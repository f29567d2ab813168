/** Charts and the table. */
export const dataStyle: string = `
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; margin-top: 18px; }
.chart { min-width: 0; padding: 18px 20px 12px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
.chart.across, .chart:only-child { grid-column: 1 / -1; }
.chart figcaption p { margin-top: 3px; color: var(--muted); font-size: 13.5px; line-height: 1.45; max-width: 90ch; }
.drawing svg { display: block; width: 100%; height: auto; font-family: var(--sans); }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 3px 14px; margin: 10px 0 4px; font: 12.5px/1.6 var(--mono); }
.legend li { display: flex; align-items: center; gap: 6px; }
.key { width: 22px; height: 12px; }
.scale { display: flex; align-items: center; gap: 8px; margin: 10px 0 8px; color: var(--muted); font-size: 12.5px; }
.ramp { width: 120px; height: 9px; border-radius: 5px; background: linear-gradient(90deg, color-mix(in srgb, var(--heat) 6%, transparent), var(--heat)); }
.ramp.signed { background: linear-gradient(90deg, var(--negative), transparent, var(--heat)); }

.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 14px; background: var(--card); }
table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 13.5px; line-height: 1.4; white-space: nowrap; }
th, td { padding: 6px 11px; text-align: left; }
.number { text-align: right; }
th:first-child, .groups td:first-child { position: sticky; left: 0; z-index: 1; background: var(--card); }
thead { color: var(--muted); font-size: 12.5px; }
thead [scope] { font-weight: 560; border-bottom: 1px solid var(--axis); }
.groups td { padding: 9px 11px 0; color: var(--ink); font-weight: 620; }
.first { border-left: 1px solid var(--line); }
tbody th { font: 500 13px var(--mono); }
tbody tr:hover > * { background: var(--page); }
tr.starts > * { border-top: 1px solid var(--line); }
.sorted tr.starts > * { border-top: 0; }
.sorted tr.starts > .first, tr.starts > .first { border-left: 1px solid var(--line); }
td.name { font: 500 13px var(--mono); }
td.interval { color: var(--muted); }
.ahead { color: var(--uniform); font-weight: 700; }
.behind { color: var(--negative); font-weight: 700; }
td.best, b.best { font-weight: 700; color: var(--accent); }
.closer { margin-right: 4px; color: var(--uniform); font-size: 0.8em; }
.dot { display: inline-block; width: 8px; height: 8px; margin-right: 8px; border-radius: 50%; }
thead button { padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
thead button::after { content: "↕"; display: inline-block; width: 1em; margin-left: 2px; opacity: 0.4; }
[aria-sort] button { color: var(--ink); }
[aria-sort="ascending"] button::after { content: "↑"; opacity: 1; }
[aria-sort="descending"] button::after { content: "↓"; opacity: 1; }

@media (min-width: 901px) {
  .chart:only-child:not(.across) { display: grid; grid-template: auto 1fr / minmax(0, 1fr) minmax(0, 640px); gap: 0 32px; }
  .chart:only-child:not(.across) > .drawing { grid-area: 1 / 2 / span 2; }
  .chart:only-child:not(.across) > .legend { align-content: start; }
}
@media (max-width: 900px) { .charts { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 640px) {
  .chart { padding: 14px 12px 8px; }
  .wide { display: none; }
  .narrow { display: block; }
}
@media print {
  .charts { grid-template-columns: 1fr 1fr; gap: 12px; }
  .wide { display: block; }
  .narrow { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 7.5pt; }
  th, td { padding: 2px 5px; }
  thead button::after { content: none; }
}
`
