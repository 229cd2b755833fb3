/** What of wasm2c, gcc and valgrind is not installed. */
export function missing(): string[];
/** Builds the driver if anything that it is made of changed; answers where it is. */
export function build(): Promise<string>;
