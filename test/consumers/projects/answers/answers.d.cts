declare function answers(libraries: Record<string, unknown>, model: string): Promise<Record<string, string>>;
export = answers;
