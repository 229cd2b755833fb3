/** Two tables of sixteen bytes, whose values are added. */
interface Pair {
  readonly first: readonly number[];
  readonly second: readonly number[];
}
/** Multiplication in GF(2^8). */
export declare function times(a: number, b: number): number;
/** The code of a byte. */
export declare function encode(x: number): number;
/** 1/n and a/n by nibble; above 127: infinity. */
export declare const inverses: readonly number[];
export declare const shares: readonly number[];
/** By the two nibbles of a byte or code, the low one first. */
export declare const toCode: Pair;
export declare const fromCode: Pair;
export declare const toOrigin: Pair;
export declare const codeToOrigin: Pair;
/** Times 2 and 4 within decryption's code. */
export declare const twofold: Pair;
export declare const fourfold: Pair;
/** By io and jo: SubBytes without its constant, its double, both as codes; and as a byte. */
export declare const substituted: Pair;
export declare const doubled: Pair;
export declare const last: Pair;
/** InvSubBytes of what was added 0x63 to, as decryption's code and as a byte. */
export declare const restored: Pair;
export declare const first: Pair;
