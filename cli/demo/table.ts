// Rows as aligned text. Widths are counted without colours, so cells are painted after they were padded.

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

export interface Cell {
  readonly text: string;
  readonly paint?: (s: string) => string;
}

export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  dim: (s: string) => string,
): string[] {
  const widths = columns.map((c, i) => Math.max(c.title.length, ...rows.map((row) => row[i]?.text.length ?? 0)));
  const pad = (text: string, i: number) =>
    columns[i]?.right ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  const line = (cells: readonly string[]) => `  ${cells.join('  ')}`.trimEnd();
  return [
    line(columns.map((c, i) => dim(pad(c.title, i)))),
    line(widths.map((w) => dim('─'.repeat(w)))),
    ...rows.map((row) => line(row.map((cell, i) => (cell.paint ?? ((s: string) => s))(pad(cell.text, i))))),
  ];
}
