export declare const CONSTANT: number;
export declare const constantBits: readonly number[];
