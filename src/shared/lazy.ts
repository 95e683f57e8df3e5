/** A value that is computed when someone looks, and then kept: a node's rules are rendered only when a packet walks there. */
export type Lazy<Value> = () => Value;

export function lazy<Value>(compute: () => Value): Lazy<Value> {
  let state: { readonly value: Value } | undefined;
  return () => {
    state ??= { value: compute() };
    return state.value;
  };
}
