/** Kubernetes quantities ("250m", "1.5", "128Mi", "1e3") as numbers, exact enough for comparing requests with capacities (resource.Quantity). */

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The amount in its base unit (cores, bytes, pieces); undefined when the text is no quantity. */
export function parseQuantity(value: string | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, digits = '', exponent = '', suffix = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]))?$/.exec(String(value)) ?? [];
  const factor = suffixes[suffix];
  if (digits === '' || factor === undefined) return undefined;
  return Number(digits + exponent) * factor;
}
