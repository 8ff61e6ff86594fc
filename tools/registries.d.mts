export function listOf(folder: string, path?: string): string;
