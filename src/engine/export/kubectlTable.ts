/** The parts that kubectl's tables share: a table's description, cut lists, ages. */
import type { ActingKind, Resource } from '../api/resource.ts';
import type { ClusterState } from '../clusterState.ts';

export interface TableRow {
  readonly resource: Resource;
  /** Wide columns included when they are asked for. */
  readonly cells: readonly string[];
}

export interface KindTable {
  readonly kind: ActingKind;
  readonly namespaced: boolean;
  readonly columns: readonly string[];
  readonly wideColumns: readonly string[];
  readonly rows: (state: ClusterState, wide: boolean) => readonly TableRow[];
}

/** What kubectl prints for an object without creationTimestamp. */
export const unknownAge = '<unknown>';
export const none = '<none>';

/** The first entries and "+ N more...", as printers.go cuts lists. */
export function cutList(entries: readonly string[], limit: number, empty: string): string {
  if (entries.length === 0) return empty;
  const shown = entries.slice(0, limit).join(',');
  return entries.length > limit ? `${shown} + ${entries.length - limit} more...` : shown;
}

/** Container names and images for wide workload tables. */
export function containerColumns(
  containers: readonly { readonly name: string; readonly image?: string }[] | undefined,
): readonly [string, string] {
  const list = containers ?? [];
  return [list.map(({ name }) => name).join(','), list.map(({ image }) => image ?? '').join(',')];
}
