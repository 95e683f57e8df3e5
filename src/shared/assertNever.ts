/** Ends a `switch` over a union: the compiler proves that no case is missing, and a value that slipped in at run time fails loud. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
