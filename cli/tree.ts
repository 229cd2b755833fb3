// Trees as text: what `describe…` of the library says about bytes, one line a node, the offset in front.
//
//      6  Key Request                      PKM-REQ, 38 bytes
//      9  ├─ Key-Sequence-Number (10)      3
//     12  └─ SAID (12)                     258 (0x0102)
import type { TreeNode } from 'tekcast';

/** Column at which values start; longer labels push theirs to the right. */
const VALUE_COLUMN = 36;
const OFFSET_WIDTH = 5;

export interface TreeStyle {
  readonly label: (s: string) => string;
  readonly branch: (s: string) => string;
  readonly note: (s: string) => string;
}

const PLAIN: TreeStyle = { label: (s) => s, branch: (s) => s, note: (s) => s };

function lineOf(node: TreeNode, stem: string, style: TreeStyle): string {
  const gap = ' '.repeat(Math.max(2, VALUE_COLUMN - stem.length - node.label.length));
  const offset = style.branch(`${String(node.offset).padStart(OFFSET_WIDTH)}  ${stem}`);
  const value = node.value ? `${gap}${node.value}` : '';
  const note = node.note === undefined ? '' : `${value === '' ? gap : '  '}${style.note(`! ${node.note}`)}`;
  return `${offset}${style.label(node.label)}${value}${note}`;
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

/** The same tree as part of something larger that has it at `offset`. */
export function shifted(node: TreeNode, offset: number): TreeNode {
  return { ...node, offset: node.offset + offset, children: node.children.map((child) => shifted(child, offset)) };
}

/** True if the bytes of this node or of one below it could not be taken apart to their end. */
export function isBroken(node: TreeNode): boolean {
  return node.label === 'broken' || node.children.some(isBroken);
}
