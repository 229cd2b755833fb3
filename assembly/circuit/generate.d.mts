/** The text of one flavour. */
export declare function emit(flavour: 'const' | 'relaxed' | 'scalar'): string;
/** Writes assembly/generated/*.ts where the text changed. */
export declare function generate(): Promise<void>;
