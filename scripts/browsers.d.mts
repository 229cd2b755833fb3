export declare const browsers: readonly { name: 'chromium' | 'firefox'; path: string; args: string[] }[];
export declare const absent: readonly { name: string; why: string }[];
