export interface Operation {
  readonly out: string;
  readonly a: string;
  readonly op: '^' | '&' | '~';
  readonly b: string;
}
export declare const operations: readonly Operation[];
export declare const gates: readonly Operation[];
export declare const linear: readonly Operation[];
export declare function bitOf(wire: string): number;
