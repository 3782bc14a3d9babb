/** The tags in a line: between commas, each once. */
export const tagsIn = (line: string): string[] => [
  ...new Set(
    line
      .split(/[,，、]/)
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];
