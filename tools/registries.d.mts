export function listOf(folder: string): string;
