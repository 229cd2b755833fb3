// The report's style sheet: light and dark, one column on a narrow screen, two on a wide one.
export const PAGE_CSS = `
:root { color-scheme: light dark; --bg: #fbfbfa; --card: #fff; --ink: #1d2127; --soft: #5c6570; --line: #e1e4e8;
  --c0: #1f6feb; --c1: #b4540a; --c2: #12805c; --c3: #a0359b; --c4: #7a6a00; --c5: #5c6570; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171b; --card: #1c2026; --ink: #e8eaed; --soft: #a0a8b2; --line: #343a43;
  --c0: #6cb0ff; --c1: #ff9d57; --c2: #4fd1a1; --c3: #e58be0; --c4: #e0cd5a; --c5: #a0a8b2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1240px; padding: 32px 20px 64px; background: var(--bg); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 1.05rem; margin: 0 0 2px; }
p { margin: 0 0 8px; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.cards { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); margin: 24px 0; }
.card, figure, details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin: 0; }
.card b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.plots { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); margin: 24px 0; }
ul { padding-left: 1.2em; margin: 8px 0 0; }
li { margin: 4px 0; }
svg { display: block; width: 100%; height: auto; margin-top: 8px; }
svg text { fill: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
svg .label { fill: var(--ink); }
.grid { stroke: var(--line); fill: none; }
.grid.one { stroke: var(--ink); }
polyline { fill: none; stroke-width: 2.5; stroke: var(--c); }
polyline.bound { stroke-dasharray: 7 5; stroke-width: 2; }
circle { fill: var(--c); stroke: var(--card); stroke-width: 1.5; }
.s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); } .s4 { --c: var(--c4); } .s5 { --c: var(--c5); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin-top: 6px; font-size: .88rem; }
.legend span::before { content: ""; display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle; background: var(--c); }
.legend .bound::before { height: 0; border-top: 2px dashed var(--c); background: none; }
details { margin-top: 16px; overflow-x: auto; }
summary { cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; margin-top: 12px; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--soft); font-weight: 600; }
`;
