// Writing AssemblyScript text: one statement a value, a fresh name each. The two back ends say what a plane is and how it is worked on.

/** A function's body under construction. */
export class Text {
  lines = [];
  #names = 0;
  #indent = 1;

  fresh() {
    return `w${this.#names++}`;
  }
  line(text) {
    if (text.startsWith('}')) this.#indent--;
    this.lines.push('  '.repeat(this.#indent) + text);
    if (text.endsWith('{')) this.#indent++;
  }
  let(type, expression) {
    const name = this.fresh();
    this.line(`const ${name}: ${type} = ${expression};`);
    return name;
  }
}

/** `export function name(parameters): void { body }`; `write` fills the body through a back end. */
export function fn(backEnd, name, parameters, comment, write) {
  const text = new Text();
  write(backEnd(text, name));
  return [`/** ${comment} */`, `export function ${name}(${parameters}): void {`, ...text.lines, '}', ''].join('\n');
}

const eight = [0, 1, 2, 3, 4, 5, 6, 7];

/** Eight planes (or blocks) that lie one after the other. */
export const loadPlanes = (e, base, at = 0) => eight.map((k) => e.load(base, at + 16 * k));

export function storePlanes(e, base, at, planes) {
  for (const k of eight) e.store(base, at + 16 * k, planes[k]);
}
