// Trees as text: what `describe…` of the library says about bytes, one line a node, the offset in front.
//
//      6  Key Request                   PKM-REQ, 38 bytes
//      9  ├─ Key-Sequence-Number (10)   3
//     12  └─ SAID (12)                  258 (0x0102)
import type { TreeNode } from 'tekcast';

/** Values stand in one column, this far right at most; a longer label pushes its own. */
const MAX_COLUMN = 56;
const OFFSET_WIDTH = 5;
const GAP = 3;

export interface TreeStyle {
  readonly label: (s: string) => string;
  readonly branch: (s: string) => string;
  readonly note: (s: string) => string;
}

const PLAIN: TreeStyle = { label: (s) => s, branch: (s) => s, note: (s) => s };

/** Every node with the lines that lead to it, root first. */
function* rows(node: TreeNode, stem = '', indent = ''): Generator<{ node: TreeNode; stem: string }> {
  yield { node, stem };
  for (const [i, child] of node.children.entries()) {
    const last = i === node.children.length - 1;
    yield* rows(child, `${indent}${last ? '└─ ' : '├─ '}`, `${indent}${last ? '   ' : '│  '}`);
  }
}

/** The lines of one tree, without line ends. */
export function treeLines(root: TreeNode, style: TreeStyle = PLAIN): string[] {
  const all = [...rows(root)];
  const widest = all.reduce((most, { node, stem }) => Math.max(most, stem.length + node.label.length), 0);
  const column = Math.min(MAX_COLUMN, widest) + GAP;
  return all.map(({ node, stem }) => {
    const gap = ' '.repeat(Math.max(GAP, column - stem.length - node.label.length));
    const tail = [node.value, node.note === undefined ? '' : style.note(`! ${node.note}`)].filter((s) => s).join('  ');
    const offset = String(node.offset).padStart(OFFSET_WIDTH);
    return `${style.branch(`${offset}  ${stem}`)}${style.label(node.label)}${tail === '' ? '' : gap + tail}`;
  });
}

/** The same tree as part of something larger that has it at `offset`. */
export function shifted(node: TreeNode, offset: number): TreeNode {
  return { ...node, offset: node.offset + offset, children: node.children.map((child) => shifted(child, offset)) };
}

/** True if the bytes of this node or of one below it could not be taken apart to their end, or have a wrong CRC: the only note that one has. */
export function isBroken(node: TreeNode): boolean {
  const { label, note, children } = node;
  return label === 'broken' || (label === 'CRC-32' && note !== undefined) || children.some(isBroken);
}
