/** Where a command writes and how it fails: text on standard output, one clear line on standard error, and an exit status. */

/** 0 done; 1 an expectation failed or the input has errors; 2 unusable arguments. */
export type ExitStatus = 0 | 1 | 2;

export interface Console {
  out(text: string): void;
  error(line: string): void;
  readStandardInput(): string;
}

/** Arguments or files that cannot be used: ends a command with status 2 and this one line. */
export class UsageError extends Error {}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
