/** A condition that only a bug can break. Expected failures are values (see result.ts), never thrown. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
