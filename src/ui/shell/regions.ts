/** The four areas, by the order in which F6 goes through them. */
export const regions = ['manifests', 'topology', 'inspector', 'player'] as const;
export type RegionName = (typeof regions)[number];

export const regionId = (region: RegionName): string => `region-${region}`;

/** Gives an area the focus; a screen reader then says its name. */
export function focusRegion(region: RegionName): void {
  document.getElementById(regionId(region))?.focus();
}

/** The area after or before the one that has the focus; areas that are not on the screen (phone) are passed over. */
export function cycleRegion(direction: 1 | -1): void {
  const present = regions.filter((region) => document.getElementById(regionId(region)) !== null);
  const here = present.findIndex((region) => document.getElementById(regionId(region))?.contains(document.activeElement) === true);
  const next = present[(here === -1 ? (direction === 1 ? 0 : present.length - 1) : here + direction + present.length) % present.length];
  if (next !== undefined) focusRegion(next);
}
