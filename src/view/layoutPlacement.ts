/**
 * Where things stay: every node keeps its row, every Pod its slot on its node, every outside thing its place, across edits. Only what is
 * new is placed, into the first free slot; what is gone leaves its slot empty until the user tidies up.
 */
import { compareText } from '../shared/compare.ts';
import type { NodeModel, OutsideModel, PodModel, TopologyModel } from './model.ts';
import type { StageSettings } from './scene.ts';

export interface Placement {
  /** Counts with {@link StageSettings.tidy}. */
  readonly tidy: number;
  /** Node ids, top to bottom; gone nodes are left out. */
  readonly rows: readonly string[];
  /** Outside ids, top to bottom. */
  readonly outside: readonly string[];
  /** Pod id → its node and slot. */
  readonly slots: Readonly<Record<string, { readonly node: string; readonly slot: number }>>;
  /** Node id → owners in the order in which a crowded node shows them. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
  /** Node id → the heights of its slots while its Pods have that form: an empty slot keeps its room. */
  readonly heights: Readonly<Record<string, SlotHeights>>;
}

export interface SlotHeights {
  readonly form: 'full' | 'compact';
  readonly bySlot: Readonly<Record<number, number>>;
}

const empty: Omit<Placement, 'tidy'> = { rows: [], outside: [], slots: {}, owners: {}, heights: {} };

/** `walked` are the ids of the Pods that the shown request visits, in its order: new ones among them come first. */
export function placeThings(
  topology: TopologyModel,
  stage: StageSettings,
  previous: Placement | null,
  walked: ReadonlyMap<string, number>,
): Placement {
  const kept = previous !== null && previous.tidy === stage.tidy ? previous : empty;
  const slots: Record<string, Placement['slots'][string]> = {};
  const owners: Record<string, readonly string[]> = {};
  for (const node of topology.nodes) {
    placePods(node, kept, walked, slots);
    owners[node.id] = placeOwners(node, kept.owners[node.id] ?? []);
  }
  return {
    tidy: stage.tidy,
    rows: placeRows(topology, kept.rows),
    outside: placeOutside(topology.outside, kept.outside),
    slots,
    owners,
    heights: kept.heights,
  };
}

/** "worker10" comes after "worker2". */
const numeric = new Intl.Collator('en', { numeric: true });

/** Nodes of one segment stay together, so that its bus is one piece; in a segment workers come first. */
function placeRows(topology: TopologyModel, kept: readonly string[]): readonly string[] {
  const known = new Map(kept.map((id, index) => [id, index]));
  const segments = new Map(topology.segments.map((segment, index) => [segment.id, index]));
  const rank = (node: NodeModel): number => (segments.get(node.segment) ?? segments.size) * 2 + (node.role === 'control-plane' ? 1 : 0);
  return [...topology.nodes]
    .sort((left, right) => {
      const byGroup = rank(left) - rank(right);
      if (byGroup !== 0) return byGroup;
      const [leftKept, rightKept] = [known.get(left.id) ?? kept.length, known.get(right.id) ?? kept.length];
      return leftKept - rightKept || numeric.compare(left.name, right.name) || compareText(left.id, right.id);
    })
    .map((node) => node.id);
}

const outsideRank: Readonly<Record<OutsideModel['kind'], number>> = { client: 0, internet: 1, loadBalancer: 2, router: 3 };

function placeOutside(outside: readonly OutsideModel[], kept: readonly string[]): readonly string[] {
  const known = new Map(kept.map((id, index) => [id, index]));
  return [...outside]
    .sort(
      (left, right) =>
        outsideRank[left.kind] - outsideRank[right.kind] ||
        (known.get(left.id) ?? kept.length) - (known.get(right.id) ?? kept.length) ||
        compareText(left.id, right.id),
    )
    .map((thing) => thing.id);
}

function placePods(
  node: NodeModel,
  kept: Pick<Placement, 'slots'>,
  walked: ReadonlyMap<string, number>,
  slots: Record<string, Placement['slots'][string]>,
): void {
  const taken = new Set<number>();
  const fresh: PodModel[] = [];
  for (const pod of node.pods) {
    const before = kept.slots[pod.id];
    if (before === undefined || before.node !== node.id) {
      fresh.push(pod);
      continue;
    }
    slots[pod.id] = before;
    taken.add(before.slot);
  }
  const turn = (pod: PodModel): number => walked.get(pod.id) ?? (pod.added ? 2e6 : 1e6) + (pod.hostNetwork ? 1e6 : 0);
  fresh.sort((left, right) => turn(left) - turn(right) || compareText(left.owner, right.owner) || compareText(left.id, right.id));
  let next = 0;
  for (const pod of fresh) {
    while (taken.has(next)) next += 1;
    slots[pod.id] = { node: node.id, slot: next };
    next += 1;
  }
}

function placeOwners(node: NodeModel, kept: readonly string[]): readonly string[] {
  const present = new Set(node.pods.map((pod) => pod.owner));
  const known = new Set(kept);
  const fresh = [...present].filter((owner) => !known.has(owner)).sort(compareText);
  return [...kept.filter((owner) => present.has(owner)), ...fresh];
}
