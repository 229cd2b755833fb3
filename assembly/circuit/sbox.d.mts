export declare const gates: readonly { out: string; a: string; op: '^' | '&'; b: string }[];
export declare const CONSTANT: number;
export declare const constantBits: readonly number[];
