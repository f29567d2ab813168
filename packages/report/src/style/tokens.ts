/** Colours for light and dark; charts use the same variables. Paper is always light. */
export const tokens: string = `
:root {
  color-scheme: light dark;
  --page: #f6f5f1; --card: #fffefc; --ink: #191a1e; --muted: #5d616b; --line: #e2dfd7;
  --grid: #eceae3; --axis: #bbb7ad; --accent: #c2410c; --soft: #fbeee6;
  --computed: #3b404c; --skipped: #e4e0d6;
  --full: #191a1e; --euler: #7c818d; --ab2: #1c6dd0; --uniform: #0a7a53; --random: #a347ad;
  --flat: #b27d00; --paper: #dc4a10; --plan: #c0126f; --exact: #0e7c86; --rival: #1c6dd0; --spare-1: #6b7d0f; --spare-2: #8a5a2b; --spare-3: #5b55c8;
  --heat: #d2440c; --negative: #1c6dd0; --measured: #0f7a55;
  --sans: system-ui, -apple-system, "Segoe UI", Inter, Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #121316; --card: #1a1c20; --ink: #ebe9e4; --muted: #a0a5b0; --line: #2d3036;
    --grid: #272a30; --axis: #4d515b; --accent: #ff9460; --soft: #33231b;
    --computed: #c6cad3; --skipped: #363a42;
    --full: #ebe9e4; --euler: #9298a5; --ab2: #6aa9ff; --uniform: #42c795; --random: #da8ee1;
    --flat: #e0b13c; --paper: #ff7d42; --plan: #ff6fb5; --exact: #3fd0dc; --rival: #6aa9ff; --spare-1: #b4c64a; --spare-2: #cf9d6b; --spare-3: #9d98ff;
    --heat: #ff7d42; --negative: #6aa9ff; --measured: #42c795;
  }
}
@media print {
  :root { color-scheme: light; --page: #fff; --card: #fff; }
}
`
