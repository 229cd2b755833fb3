// Trees as text: what `describe…` of the library says about bytes, one line a node.
//
//   Key Request                      identifier 0x21
//   ├─ Key-Sequence-Number           3
//   └─ SAID                          0x0102 (258)
import type { TreeNode } from 'tekcast';

/** Column at which values start; longer labels push theirs to the right. */
const VALUE_COLUMN = 34;

export interface TreeStyle {
  readonly label: (s: string) => string;
  readonly branch: (s: string) => string;
  readonly note: (s: string) => string;
}

const PLAIN: TreeStyle = { label: (s) => s, branch: (s) => s, note: (s) => s };

function lineOf(node: TreeNode, stem: string, style: TreeStyle): string {
  const gap = ' '.repeat(Math.max(2, VALUE_COLUMN - stem.length - node.label.length));
  const value = node.value === undefined || node.value === '' ? '' : `${gap}${node.value}`;
  const note = node.note === undefined ? '' : `${value === '' ? gap : '  '}${style.note(`! ${node.note}`)}`;
  return `${style.branch(stem)}${style.label(node.label)}${value}${note}`;
}

/** The lines of one tree, without line ends. */
export function treeLines(root: TreeNode, style: TreeStyle = PLAIN): string[] {
  const lines = [lineOf(root, '', style)];
  const walk = (children: readonly TreeNode[], indent: string) => {
    children.forEach((child, i) => {
      const last = i === children.length - 1;
      lines.push(lineOf(child, `${indent}${last ? '└─ ' : '├─ '}`, style));
      walk(child.children, `${indent}${last ? '   ' : '│  '}`);
    });
  };
  walk(root.children, '');
  return lines;
}

/** True if this node or one below has a note: something is odd or broken. */
export function hasNote(node: TreeNode): boolean {
  return node.note !== undefined || node.children.some(hasNote);
}
