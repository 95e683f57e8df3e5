/** Orders two texts by code unit: the same on every machine and in every locale, unlike localeCompare. */
export function compareText(left: string, right: string): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
