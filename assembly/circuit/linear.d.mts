/** out[p] = in[mask[p]]; ZERO makes the byte zero. */
export type Mask = readonly number[];
export declare const ZERO: -1;
export declare const BITS: readonly number[];
export declare const FOLD: number;
export declare const foldBits: readonly number[];
export declare const bytes: (of: (position: number, row: number, column: number) => number) => number[];
/** First `a`, then `b`. */
export declare const inTurn: (a: Mask, b: Mask) => Mask;
export declare const shiftRows: (times: number) => Mask;
export declare const rotateInRound: (by: number, round: number) => Mask;
export declare const doubleRow: (bit: number) => readonly number[];
export declare const transposition: readonly { by: number; keep: number; pairs: readonly [number, number][] }[];
export declare const lastWordRotated: Mask;
export declare const secondColumnOn: Mask;
export declare const columnsUp: (by: number) => Mask;
export declare const diagonal: readonly number[];
