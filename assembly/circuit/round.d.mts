export interface Operation {
  readonly out: string;
  readonly a: string;
  readonly op: '^' | '&' | '~';
  readonly b: string;
}
export declare const rounds: Readonly<Record<'anew' | 'asWritten', readonly Operation[]>>;
export declare function gatesOf(operations: readonly Operation[]): Operation[];
export declare function bitOf(wire: string): number;
